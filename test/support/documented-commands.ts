import { readdirSync, readFileSync } from 'node:fs';

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'mappings/README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** One command of a document. */
export interface DocumentedCommand {
  readonly file: string;
  /** As it stands there, without its comment. */
  readonly line: string;
  /** `NAME=value` in front of it. */
  readonly settings: readonly string[];
  readonly words: readonly string[];
  /** What a console block shows below it. */
  readonly output: readonly string[];
  /** The text that `echo` pipes into it. */
  readonly input: string;
}

/** Command lines of all shell blocks, and calls of the program and of npm scripts in running text. */
export function readDocumentedCommands(): readonly DocumentedCommand[] {
  return documents.flatMap(commandsOf);
}

interface Shown {
  readonly line: string;
  readonly output: readonly string[];
}

function commandsOf(file: string): readonly DocumentedCommand[] {
  const text = readFileSync(file, 'utf8');
  const blocks = [...text.matchAll(/^ *```(sh|bash|console|)\n([\s\S]*?)^ *```/gm)];
  const shown = blocks.flatMap(([, language = '', block = '']) => linesOf(language, block.replace(/\\\n\s*/g, ' ')));
  const inline = [...text.replace(/```[\s\S]*?```/g, '').matchAll(/`((?:npx )?enginy-bridge [^`]+|npm run [^`]+)`/g)];
  const all = [...shown, ...inline.map(([, line = '']) => ({ line: line.replaceAll('\n', ' '), output: [] }))];
  return all.flatMap(({ line, output }) => {
    const parts = splitLine(line);
    const input = /^echo '(.*)'$/.exec(parts[0] ?? '')?.[1] ?? '';
    return parts
      .filter((part) => part !== '' && !(input !== '' && part.startsWith('echo ')))
      .map((part) => toCommand({ file, line: part, output, input }));
  });
}

function linesOf(language: string, block: string): readonly Shown[] {
  if (language === 'console') {
    return block
      .split(/^\$ /m)
      .slice(1)
      .map((example) => {
        const [line = '', ...output] = example.trimEnd().split('\n');
        return { line, output };
      });
  }
  const lines = block.split('\n');
  // A block without a language is a picture or an output unless it calls npm.
  return (language === '' ? lines.filter((line) => /^np[mx] /.test(line)) : lines).map((line) => ({
    line,
    output: [],
  }));
}

/** Without its comment, at `&&` and pipes outside of quotes. */
function splitLine(line: string): readonly string[] {
  const parts = line.match(/(?:'[^']*'|"[^"]*"|&&|\||[^'"&|]+|&)/g) ?? [];
  const commands = [''];
  for (const part of parts) {
    if (part === '&&' || part === '|') commands.push('');
    else commands.push(`${commands.pop() ?? ''}${part}`);
  }
  return commands.map((command) => command.replace(/(^|\s)#\s.*$/, '').trim());
}

function toCommand(command: Pick<DocumentedCommand, 'file' | 'line' | 'output' | 'input'>): DocumentedCommand {
  const words = [...command.line.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replace(/(['"])((?:(?!\1).)*)\1/g, '$2'),
  );
  const found = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
  const at = Math.max(found, 0);
  return { ...command, settings: words.slice(0, at), words: words.slice(at) };
}

/** The arguments of a call of the program; undefined for other commands. */
export function programArguments({ words }: DocumentedCommand): readonly string[] | undefined {
  const start = words.indexOf('enginy-bridge');
  if (start === 0 || (start === 1 && words[0] === 'npx')) return words.slice(start + 1);
  return words[0] === 'node' && words[1] === 'bin/enginy-bridge.js' ? words.slice(2) : undefined;
}
