import type { TimelineExplanation } from '../../explain/explain-timeline.ts';
import { longestOf } from '../../mapping/values/longest-of.ts';
import type { MappingPlaces } from '../../reasons/mapping-places.ts';
import { heldBackLines } from '../../reasons/held-back-words.ts';

/** What a task or activity would become, for a person. */
export function formatTimeline(explanation: TimelineExplanation, places: MappingPlaces): string {
  const { object, objectType, values, links, warnings, heldBack, isRepeat, problem } = explanation;
  const outcome =
    problem ??
    (isRepeat
      ? 'an earlier request created it; nothing would be written'
      : `would be created as a record of ${objectType}`);
  const width = longestOf(values.map(({ property }) => property));
  const sections: [title: string, lines: readonly string[]][] = [
    ['sends', values.map(({ property, value }) => `${property.padEnd(width)}  ${JSON.stringify(value)}`)],
    ['links to', links.map(({ objectType: type, id }) => `${type} ${id}`)],
    ['holds back', heldBack.flatMap((held) => heldBackLines(held, object, places))],
    ['warns', warnings],
  ];
  const shown = sections.filter(([, lines]) => lines.length > 0);
  const body = shown.map(([title, lines]) => `  ${title}\n${lines.map((line) => `    ${line}\n`).join('')}`).join('');
  return `${object}: ${outcome}\n${body}`;
}
