/** One line of `doctor`. */
export interface Examined {
  /** Stable: for scripts. */
  readonly id: string;
  readonly mark: '✓' | '!' | '✕';
  /** One line, without a secret. */
  readonly text: string;
  /** What to do about it; for every ✕. */
  readonly remedy?: string;
}

/** A part of the report. */
export interface Section {
  readonly title: string;
  readonly lines: readonly Examined[];
}
