import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Config } from '../../config.ts';
import type { CrmProtocol } from '../../crm/crm-protocol.ts';
import type { Logger } from '../../logger.ts';
import type { Mappings } from '../../mapping/load/file-kinds.ts';
import { version } from '../../version.ts';
import { type CaptureCounts, createCaptureWriter } from './capture-writer.ts';
import type { MappingSources } from './portal-knowledge.ts';
import type { WriterSettings } from './writer-messages.ts';
import { createRecorder, type Recorder } from './recorder.ts';

export interface RunningCapture {
  readonly recorder: Recorder;
  /** Call with the active mapping files, at the start and whenever they change. */
  useMappings(mappings: Mappings): void;
  /** Captures written and dropped since the start. */
  readonly counts: Readonly<CaptureCounts>;
  close(graceMs: number): Promise<void>;
}

/** Starts captures as CAPTURE configures them; undefined for `off`. */
export function startCapture(
  config: Config,
  {
    log,
    protocol,
    ...settings
  }: { readonly log: Logger; readonly protocol: CrmProtocol } & Pick<WriterSettings, 'hasLowPriority'>,
): RunningCapture | undefined {
  if (config.capture === undefined) return undefined;
  const { mode, dir, personalData, secret, limits } = config.capture;
  const writer = createCaptureWriter(
    {
      ...settings,
      folder: dir,
      limits,
      ...(secret !== undefined && { secret }),
      composer: {
        personalData,
        bridge: { version, node: process.versions.node, sandbox: config.isSandbox },
        settings: {
          ...(config.defaultCountry !== undefined && { defaultCountry: config.defaultCountry }),
          requestTimeoutMs: config.requestTimeoutMs,
          hubspotTimeoutMs: config.hubspot.timeoutMs,
          bodyLimitBytes: config.bodyLimits.maxBytes,
          burstPerTenSeconds: config.hubspot.burstPerTenSeconds,
          searchPerSecond: config.hubspot.searchPerSecond,
          extraSearches: config.extraSearches,
        },
      },
    },
    log,
  );
  return {
    recorder: createRecorder({ writer, calls: protocol.calls }, mode),
    useMappings: (mappings) => writer.setMapping(sourcesOf(mappings)),
    counts: writer.counts,
    close: (graceMs) => writer.close(graceMs),
  };
}

function sourcesOf(mappings: Mappings): MappingSources {
  const files = Object.entries(mappings).flatMap(([kind, mapping]) =>
    typeof mapping === 'object' && 'file' in mapping ? [{ kind, file: mapping.file }] : [],
  );
  return {
    hash: mappings.hash,
    files: files.map(({ kind, file }) => ({ kind, name: basename(file), text: readFileSync(file, 'utf8') })),
    texts: [...new Set(textsIn(mappings))],
    identityProperties: [mappings.contacts, mappings.companies].flatMap((mapping) => mapping?.identity?.crm ?? []),
  };
}

/** Every text in the files, including keys of value maps. */
function textsIn(content: unknown): string[] {
  if (typeof content === 'string') return content.length > 200 ? [] : [content];
  if (typeof content !== 'object' || content === null) return [];
  if (Array.isArray(content)) return content.flatMap(textsIn);
  return Object.entries(content).flatMap(([key, value]) => [key, ...textsIn(value)]);
}
