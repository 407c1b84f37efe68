import { z } from 'zod';

export const User = z.object({
  id: z.string().describe('Goes into ownerId'),
  name: z.string(),
  email: z.string().optional(),
});
export type User = z.infer<typeof User>;

export const UsersAnswer = z.array(User);
