/** @returns the properties without one of them. */
export function omitProperty(properties: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).filter(([property]) => property !== name));
}
