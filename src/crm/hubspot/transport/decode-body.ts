import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { freeBytes, maxResponseBytes, type ResponseBudget } from './response-budget.ts';
import type { ResponseHeaders } from './response-headers.ts';

const decompress = promisify(gunzip);

/** Beyond {@link freeBytes} a response expands at most a hundredfold. JSON expands ten- to thirtyfold. */
const maxExpansion = 100;
/** A smaller response stays below {@link freeBytes} if it expands as JSON does. */
const smallBytes = freeBytes / 32;

/** The text of a response, decompressed within the limits of all responses. */
export async function decodeBody(headers: ResponseHeaders, bytes: Buffer, budget: ResponseBudget): Promise<string> {
  if (headers['content-encoding'] !== 'gzip') return bytes.toString();
  const maxOutputLength = Math.min(maxResponseBytes, Math.max(freeBytes, bytes.length * maxExpansion));
  const work = async () => (await decompress(bytes, { maxOutputLength })).toString();
  return await (bytes.length <= smallBytes ? work() : budget.alone(work));
}
