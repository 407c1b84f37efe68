import { type Html, html } from './html.ts';

const width = 180;
const height = 28;
const points = 60;

/**
 * A small chart of the last hour, with its meaning as text for screen readers.
 * @param values oldest first; drawn in sixty parts, each with the sum or the highest of its values
 */
export function sparkline(
  values: readonly number[],
  { label, of }: { readonly label: string; readonly of: 'sums' | 'highest' },
): Html {
  const perPoint = Math.ceil(values.length / points);
  const drawn: number[] = [];
  for (let start = 0; start < values.length; start += perPoint) {
    const part = values.slice(start, start + perPoint);
    drawn.push(part.reduce((a, b) => (of === 'sums' ? a + b : Math.max(a, b)), 0));
  }
  const top = drawn.reduce((a, b) => Math.max(a, b), 1);
  const step = width / Math.max(1, drawn.length - 1);
  const line = drawn.map(
    (value, index) => `${(index * step).toFixed(1)},${(height - 1 - (value / top) * (height - 2)).toFixed(1)}`,
  );
  return html`<svg class="spark" role="img" aria-label="${label}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><polyline points="${line.join(' ')}"/></svg>`;
}
