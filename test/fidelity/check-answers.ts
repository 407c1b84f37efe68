import { checkAnswersWith } from '../sandbox/conformance/portal.ts';
import { loadDocuments } from './openapi-documents.ts';
import { requiredFolder } from './required-folder.ts';

// A setup file: from here on the conformance tests validate every answer of the embedded CRM.
checkAnswersWith(loadDocuments(requiredFolder('HUBSPOT_OPENAPI_DIR', "HubSpot's OpenAPI documents")));
