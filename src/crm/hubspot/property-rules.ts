/**
 * What HubSpot allows in custom properties. Letters, digits and underscores, a letter first, at most 65,536 characters of text:
 * its properties guide. The length of names and the prefix are reported by integrators; HubSpot documents no limit.
 */
export const hubSpotPropertyRules = {
  maxNameLength: 100,
  reservedPrefixes: ['hs_'],
  maxTextLength: 65_536,
} as const;
