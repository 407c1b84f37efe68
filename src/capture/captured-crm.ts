import type { CapturedCrm } from '../crm/crm-protocol.ts';
import { capturedHubSpot } from '../crm/hubspot/captured-hubspot.ts';

/** The CRM whose calls are captured and replayed: the only place of this folder that names one. */
export const capturedCrm: CapturedCrm = capturedHubSpot;
