/** A field that Enginy fills from campaigns and conversations, under this name or under one that the user chose in Enginy. */
export interface CampaignField {
  readonly meaning: string;
  /** Property types that hold its values; every field also fits a text. */
  readonly types: readonly ('number' | 'date' | 'datetime')[];
  /** All values that Enginy documents, where they are a closed list. */
  readonly values?: readonly string[];
  /** Some values, where they are not. */
  readonly examples: readonly string[];
}

const analysis = ['No', 'Yes (1st Message)', 'Yes (2nd Message)'] as const;

/**
 * Fields of campaigns and engagement as Enginy documents them. The name of the field for categories of conversation tags is not
 * documented: `conversationTagsCategories` is a guess.
 */
export const campaignFields: Readonly<Record<string, CampaignField>> = {
  campaignEngagementStatus: {
    meaning: 'how far the conversation has come',
    types: [],
    examples: ['Connection Request Sent', 'Message Sent (1/3) - Email', 'Message Replied (2/3) - LINKEDIN'],
  },
  campaignSequenceStatus: {
    meaning: 'where the sequence stands',
    types: [],
    values: ['Not Started', 'Ongoing', 'Finished', 'Replied'],
    examples: ['Ongoing'],
  },
  campaignSequenceDetails: {
    meaning: 'the steps of the sequence',
    types: [],
    examples: ['1st Email, 2nd Email, LinkedIn Connection Request'],
  },
  campaignOpens: { meaning: 'number of opened emails, as text', types: ['number'], examples: ['5'] },
  campaignClicks: { meaning: 'number of clicks, as text', types: ['number'], examples: ['2'] },
  campaignOpenAnalysis: { meaning: 'which message was opened', types: [], examples: analysis },
  campaignClickAnalysis: { meaning: 'in which message a link was clicked', types: [], examples: analysis },
  campaignReplyAnalysis: { meaning: 'which message was answered', types: [], examples: analysis },
  conversationTags: {
    meaning: 'tags of the conversation, separated by commas',
    types: [],
    examples: ['Contacted, Positive, Meeting Booked'],
  },
  conversationTagsCategories: {
    meaning: 'categories of these tags',
    types: [],
    values: ['POSITIVE', 'NEUTRAL', 'NEGATIVE'],
    examples: ['POSITIVE'],
  },
  activities: { meaning: 'log of activities, separated by commas', types: [], examples: [] },
  senders: { meaning: 'who sent the messages', types: [], examples: [] },
  campaigns: { meaning: 'names of the campaigns', types: [], examples: [] },
  lastEngagedAt: { meaning: 'time of the last engagement', types: ['date', 'datetime'], examples: [] },
};
