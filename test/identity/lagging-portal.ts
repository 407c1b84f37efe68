import type { Clock } from '../../src/crm/clock.ts';
import type { Crm, ListedRecord } from '../../src/crm/crm.ts';

interface Version {
  readonly modifiedAt: number;
  readonly visibleAt: number;
  readonly url: string;
  readonly isAlive: boolean;
}

/** A record that search shows, and the position of the version that it shows. */
export interface Shown {
  readonly id: number;
  readonly version: number;
}

/** A change that people make while a page is read. */
export type Change = () => void;

/** Contacts with a LinkedIn URL, and a search that shows each change only after a while. Pages are small; time moves only on request. */
export class LaggingPortal implements Pick<Crm, 'list' | 'modifiedSince'> {
  /** Milliseconds since 1970. */
  now = Date.parse('2026-11-26T00:00:00Z');
  readonly clock: Clock = { now: () => this.now, setTimer: () => undefined, clearTimer: () => {} };
  /** Made one by one, after a page was read. */
  changes: Change[] = [];
  readonly #records = new Map<number, Version[]>();
  readonly #pageSize: number;

  constructor(pageSize: number) {
    this.#pageSize = pageSize;
  }

  get ids(): number[] {
    return [...this.#records.keys()];
  }

  /** @param lagMs after which search shows the change. */
  set(id: number, url: string, lagMs: number): void {
    this.#add(id, { modifiedAt: this.now, visibleAt: this.now + lagMs, url, isAlive: true });
  }

  archive(id: number, lagMs: number): void {
    const { url } = this.#current(id);
    this.#add(id, { modifiedAt: this.now, visibleAt: this.now + lagMs, url, isAlive: false });
  }

  /** @param isDated false: the record keeps the date of its last change. */
  restore(id: number, lagMs: number, isDated: boolean): void {
    const { url } = this.#current(id);
    const before = this.#records.get(id)?.findLast(({ isAlive }) => isAlive);
    const modifiedAt = isDated || before === undefined ? this.now : before.modifiedAt;
    this.#add(id, { modifiedAt, visibleAt: this.now + lagMs, url, isAlive: true });
  }

  /** No listing and no search shows it any more. */
  erase(id: number): void {
    this.#records.delete(id);
  }

  isAlive(id: number): boolean {
    return this.#current(id).isAlive;
  }

  /** What a read by id returns; undefined for an archived record. */
  urlOf(id: number): string | undefined {
    const { url, isAlive } = this.#current(id);
    return isAlive ? url : undefined;
  }

  lastUrlOf(id: number): string {
    return this.#current(id).url;
  }

  /** True if the record was archived and restored more often than that. */
  hasMoved(id: number, times: number): boolean {
    const versions = this.#records.get(id) ?? [];
    return versions.filter((version, at) => at > 0 && version.isAlive !== versions[at - 1]?.isAlive).length > times;
  }

  /** Ids by URL, as search shows them now. */
  searched(): ReadonlyMap<string, readonly Shown[]> {
    const found = new Map<string, Shown[]>();
    for (const id of this.ids) {
      const version = this.#visible(id);
      if (version?.isAlive !== true) continue;
      found.set(version.url, [
        ...(found.get(version.url) ?? []),
        { id, version: this.#records.get(id)?.indexOf(version) ?? 0 },
      ]);
    }
    return found;
  }

  /** True if the record is as search showed it, and was so all the time: not changed and changed back. */
  isStill({ id, version: first }: Shown, url: string): boolean {
    return (
      this.#records
        .get(id)
        ?.slice(first)
        .every((version) => version.isAlive && version.url === url) === true
    );
  }

  list: Crm['list'] = async ({ after, archived = false }) => {
    const rest = this.ids
      .filter((id) => this.isAlive(id) !== archived && id > Number(after ?? 0))
      .sort((a, b) => a - b);
    const ids = rest.slice(0, this.#pageSize);
    const records = ids.map((id) => listed(id, this.#current(id)));
    this.changes.shift()?.();
    return { records, next: rest.length > ids.length ? String(ids.at(-1)) : undefined };
  };

  modifiedSince: Crm['modifiedSince'] = async ({ since, afterId }) => {
    const found = this.ids.flatMap((id) => {
      const version = this.#visible(id);
      const isFound = version?.isAlive === true && version.modifiedAt >= since.getTime() && id > Number(afterId ?? 0);
      return isFound ? [listed(id, version)] : [];
    });
    const rest = found.sort((a, b) => Number(a.id) - Number(b.id));
    const records = rest.slice(0, this.#pageSize);
    const servedAt = new Date(Math.floor(this.now / 1_000) * 1_000);
    this.changes.shift()?.();
    return { records, next: rest.length > records.length ? records.at(-1)?.id : undefined, servedAt };
  };

  #add(id: number, version: Version): void {
    this.#records.set(id, [...(this.#records.get(id) ?? []), version]);
  }

  #current(id: number): Version {
    const version = this.#records.get(id)?.at(-1);
    if (version === undefined) throw new Error(`there is no record ${id}`);
    return version;
  }

  /** A later change may become visible first. */
  #visible(id: number): Version | undefined {
    return this.#records.get(id)?.findLast(({ visibleAt }) => visibleAt <= this.now);
  }
}

function listed(id: number, { url, modifiedAt }: Version): ListedRecord {
  return { id: String(id), properties: { hs_linkedin_url: url }, modifiedAt: new Date(modifiedAt).toISOString() };
}
