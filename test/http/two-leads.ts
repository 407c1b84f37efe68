export const ada = { externalId: 'lead-1', email: 'Ada@Example.com', firstName: 'Ada', lastName: 'Lovelace' };

export const grace = { externalId: 'lead-2', email: 'grace@example.com', firstName: 'Grace', lastName: 'Hopper' };
