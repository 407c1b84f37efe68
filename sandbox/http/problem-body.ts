/** Names → values, as HubSpot's `context` carries them. */
export type ErrorContext = Readonly<Record<string, readonly string[]>>;

export interface ErrorDetail {
  readonly message: string;
  readonly code?: string;
  readonly in?: string;
  readonly subCategory?: string;
  readonly context?: ErrorContext;
}

/** Why a call, or one input of a batch, is refused; in HubSpot's words. */
export interface Problem {
  readonly status: number;
  readonly message: string;
  /** Absent on malformed bodies, as in live captures. */
  readonly category?: string;
  readonly subCategory?: string;
  readonly context?: ErrorContext;
  readonly errors?: readonly ErrorDetail[];
  readonly links?: Readonly<Record<string, string>>;
  /** Context that HubSpot adds in an entry of a 207 only, e.g. `existingId`. */
  readonly inputContext?: ErrorContext;
  /** The invalid values of an input, which a refused batch joins. */
  readonly invalidValues?: InvalidValues;
}

/** Refused values by property, with HubSpot's code and sentence. */
export type InvalidValues = readonly (readonly [string, { readonly code: string; readonly message: string }])[];

/** Thrown to refuse the whole call. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;

  constructor(problem: Problem, headers: Readonly<Record<string, string>> = {}) {
    super(problem.message);
    this.problem = problem;
    this.headers = headers;
  }
}

/** The body of a refused call. */
export function errorBody(problem: Problem, correlationId: string): Record<string, unknown> {
  return {
    status: 'error',
    message: problem.message,
    correlationId,
    ...(problem.context && { context: problem.context }),
    ...(problem.links && { links: problem.links }),
    ...(problem.category && { category: problem.category }),
    ...(problem.subCategory && { subCategory: problem.subCategory }),
    ...(problem.errors && { errors: problem.errors }),
  };
}

/** An entry of `errors[]` in a 207. */
export function batchError(problem: Problem, traceId?: string): Record<string, unknown> {
  return {
    status: 'error',
    category: problem.category ?? 'VALIDATION_ERROR',
    ...(problem.subCategory && { subCategory: problem.subCategory }),
    message: problem.message,
    context: {
      ...problem.context,
      ...problem.inputContext,
      ...(traceId !== undefined && { objectWriteTraceId: [traceId] }),
    },
    errors: problem.errors ?? [],
    links: problem.links ?? {},
  };
}

export function invalid(message: string, rest: Partial<Problem> = {}): Problem {
  return { status: 400, category: 'VALIDATION_ERROR', message, ...rest };
}

export function notFound(message = 'resource not found'): Problem {
  return { status: 404, category: 'OBJECT_NOT_FOUND', message };
}

export function conflict(message: string, rest: Partial<Problem> = {}): Problem {
  return { status: 409, category: 'CONFLICT', message, ...rest };
}
