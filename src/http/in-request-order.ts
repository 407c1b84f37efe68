/** The results for the entries of a request, in their order. */
export function inRequestOrder<Answer>(answered: readonly (readonly [index: number, answer: Answer])[]): Answer[] {
  return answered.toSorted(([left], [right]) => left - right).map(([, answer]) => answer);
}
