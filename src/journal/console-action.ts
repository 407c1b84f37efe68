/** What a user of the console did. */
export interface ConsoleAction {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly user: string;
  /** `none` before sign-in. */
  readonly role: string;
  /** `sign-in`, or the path of the action. */
  readonly action: string;
  /** What it was done to: an id, never a value. */
  readonly subject?: string;
  /** `done`, or why it was not. */
  readonly result: string;
}
