import type { CrmProtocol } from '../../crm-protocol.ts';
import { dailyLimitKey, knowledgeFrom, laneOf, objectTypeOf, objectTypesFor } from './call-knowledge.ts';
import { isIdentifying, keyOf, meaningOf, nameOf } from './call-meaning.ts';
import { replyComposer } from './compose-replies.ts';
import { mapBody } from './map-body.ts';
import { definitionReader } from './definition-reader.ts';
import { keptHeaders } from './kept-headers.ts';
import { kindOf } from './property-kinds.ts';
import { answerReader } from './read-answers.ts';

/** HubSpot's wire format, for captures and replays. */
export const hubSpotProtocol: CrmProtocol = {
  origin: 'https://api.hubapi.com',
  keptHeaders,
  calls: {
    meaningOf,
    keyOf,
    laneOf,
    objectTypeOf,
    objectTypesFor,
    knowledgeFrom,
    dailyLimitKey,
    isIdentifying,
    nameOf,
  },
  answers: answerReader,
  replies: replyComposer,
  definitions: definitionReader,
  content: { kindOf, mapBody },
};
