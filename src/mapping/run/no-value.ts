/** How warnings quote what an empty word means. A capture keeps these words in sentences: they are no one's value. */
export const noValue = 'no value';
