import { type ApiVersion, apiVersions, defaultApiVersion } from '../../src/crm/hubspot/transport/api-versions.ts';

/** The version of HubSpot's API that tests use: the default, or the one of `HUBSPOT_API_VERSION` in the test run's environment. */
export const apiVersion: ApiVersion =
  // biome-ignore lint/style/noProcessEnv: chooses what a whole test run tests
  apiVersions.find((version) => version === process.env.HUBSPOT_API_VERSION) ?? defaultApiVersion;
