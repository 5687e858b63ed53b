import { lineIndex } from './line-index.ts';
import type { SourceNode } from './source-node.ts';
import type { KubeletInput, KubeletProblem, Span, Stage } from './types.ts';
import { aboutOf } from './validation/rule.ts';

/** Collects problems and finds line and column of their spans in the kubelet's texts. */
export class ProblemList {
  private readonly problems: KubeletProblem[] = [];
  private readonly lines: ReadonlyMap<string, ReturnType<typeof lineIndex>>;

  constructor(input: KubeletInput) {
    const lines = new Map(input.dropIns.map(({ name, text }) => [name, lineIndex(text)]));
    if (input.config) lines.set('config', lineIndex(input.config.text));
    this.lines = lines;
  }

  add(
    stage: Stage,
    effect: KubeletProblem['effect'],
    path: string,
    message: string,
    place: string,
    span: Span | null,
    rule?: string,
  ): void {
    const { line, column } = (span && this.lines.get(place)?.(span.start)) ?? { line: 0, column: 0 };
    this.problems.push({
      stage,
      effect,
      path,
      message,
      in: place,
      line,
      column,
      ...(span ? { span } : {}),
      ...(rule === undefined ? {} : { rule }),
    });
  }

  node(stage: Stage, effect: KubeletProblem['effect'], path: string, message: string, node: SourceNode): void {
    this.add(stage, effect, path, message, node.origin.in, node.origin.span);
  }

  flag(stage: Stage, path: string, message: string, index: number): void {
    this.add(stage, 'refuses', path, message, 'flags', { start: index, end: index + 1 });
  }

  refused(): boolean {
    return this.problems.some(({ effect }) => effect === 'refuses');
  }

  /** What the refusals of a stage name, each once: the kubelet's own subject for rules, else the path. */
  about(stage: Stage): readonly string[] {
    const subjects = this.problems
      .filter(problem => problem.stage === stage && problem.effect === 'refuses')
      .map(({ rule, message, path }) => (rule === undefined ? path : aboutOf(message)));
    return [...new Set(subjects)].filter(subject => subject !== '');
  }

  list(): readonly KubeletProblem[] {
    return this.problems;
  }
}
