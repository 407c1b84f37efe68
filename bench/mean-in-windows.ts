/**
 * How many of the events a window of `windowMs` has in it, as the mean over all windows that lie in the span.
 *
 * Events ÷ time would depend on where the span is cut: calls to a rolling limit repeat every window and a little more, so a span of five
 * windows has four or five of the same group of calls in it. Each window has about one, wherever it starts.
 * @param times in milliseconds, in any order.
 */
export function meanInWindows(
  times: readonly number[],
  span: { readonly from: number; readonly to: number },
  windowMs: number,
): number {
  const firstEnd = span.from + windowMs;
  if (span.to <= firstEnd) throw new Error('The span is shorter than a window');
  // For how long, while the window moves through the span, each event is in it.
  const inWindow = times.map((time) => Math.max(0, Math.min(time + windowMs, span.to) - Math.max(time, firstEnd)));
  // Events before the span leave the first window as it starts; those after it never enter.
  return inWindow.reduce((sum, ms) => sum + ms, 0) / (span.to - firstEnd);
}
