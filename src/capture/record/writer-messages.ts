import type { FolderLimits } from './capture-folder.ts';
import type { ComposerSettings } from './compose-capture.ts';
import type { MappingSources } from './portal-knowledge.ts';
import type { RawCapture, RawExchange } from './raw-capture.ts';

export interface WriterSettings {
  readonly folder: string;
  readonly limits: FolderLimits;
  /** False where the thread keeps its normal priority; by default it is low. */
  readonly hasLowPriority?: boolean;
  /** Key of the placeholders; by default the folder's own. */
  readonly secret?: string;
  readonly composer: Omit<ComposerSettings, 'secret'>;
}

export type WriterMessage =
  | { readonly kind: 'mapping'; readonly mapping: MappingSources }
  | { readonly kind: 'knowledge'; readonly name: string; readonly exchange: RawExchange }
  | {
      readonly kind: 'capture';
      readonly capture: RawCapture;
      readonly knowledge: readonly string[];
      readonly size: number;
    }
  | { readonly kind: 'flush' };

/** `trimmed`: written without its bodies, because replacing their values took too long. */
export type CaptureOutcome = 'written' | 'trimmed' | 'lost';

export type WriterReport =
  | { readonly kind: 'done'; readonly size: number; readonly outcome: CaptureOutcome }
  | { readonly kind: 'trouble'; readonly where: 'folder' | 'file'; readonly reason: string }
  | { readonly kind: 'flushed' };
