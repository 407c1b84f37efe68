import { type Html, html } from './html.ts';

const height = 24;
const barWidth = 4;

/** Numbers over time as bars, oldest first. @param label what they are, for screen readers */
export function trendChart(numbers: readonly number[], label: string): Html {
  const most = numbers.reduce((max, number) => Math.max(max, number), 1);
  const width = numbers.length * barWidth;
  const bars = numbers.map((number, index) => {
    const length = number === 0 ? 1 : Math.max(2, Math.round((number / most) * height));
    return `M${index * barWidth} ${height}v-${length}h${barWidth - 1}v${length}`;
  });
  return html`<svg class="trend" role="img" aria-label="${label}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><path d="${bars.join('')}"/></svg>`;
}
