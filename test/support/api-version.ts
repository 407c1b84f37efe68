import { type ApiVersion, apiVersions, defaultApiVersion } from '../../src/crm/hubspot/transport/api-versions.ts';

/** The version of HubSpot's API that tests use: the default, or the one of `HUBSPOT_API_VERSION` in the test run's environment. */
export const apiVersion: ApiVersion =
  apiVersions.find((version) => version === process.env.HUBSPOT_API_VERSION) ?? defaultApiVersion;
