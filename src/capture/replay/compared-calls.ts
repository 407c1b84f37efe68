import type { WireCall } from '../../crm/crm-protocol.ts';

export interface ComparedCall extends WireCall {
  /** Also made for other requests: it need not be repeated. */
  readonly isOptional?: boolean;
}

export interface ComparedCalls {
  readonly recorded: readonly ComparedCall[];
  readonly replayed: readonly ComparedCall[];
}
