/** How records are linked, where the CRM's default is not enough. */
export interface LinkStyle {
  /** `primary`: as the main record of its kind; `only_primary`: and links to others of that kind are removed. */
  readonly as: 'additional' | 'primary' | 'only_primary';
  /** Names of labels as the CRM's users see them. */
  readonly labels: readonly string[];
}
