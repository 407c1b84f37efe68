/** What a replay runs with: the mapping files of today, of the capture, or of today with one of them edited. */
export type ReplayedMapping =
  | { readonly kind: 'today' }
  | { readonly kind: 'captured' }
  | { readonly kind: 'edited'; readonly edit: MappingEdit };

/** One mapping file as a person edited it; it is not saved anywhere. */
export interface MappingEdit {
  /** `contacts.yaml`. */
  readonly name: string;
  readonly text: string;
}
