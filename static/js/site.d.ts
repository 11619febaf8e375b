// The namespace that the scripts share. site.js makes it; each script below adds the part that bears its name.

type Link = [text: string, href: string];
/** Sentences by their ids, for one and for more (site_builder/messages.py). */
type Messages = Record<string, string[]>;
type Numbers = (number | null)[];
type Places = { places: number; compact: boolean; digits?: number };
type Listed = [value: string, details: Record<string, string>, key: string];

/** Work that is done in slices: `finish` does the rest at once, `drop` forgets it. */
interface Slices {
  finish(): void;
  drop(): void;
}

interface Address {
  get(key: string): string | null;
  all(key: string): string[];
  /** `?task=a&weight=2&task=b` is [["a", {weight: "2"}, "task"], ["b", {}, "task"]]. */
  list(keys: string | string[], details: string[]): Listed[];
  /** A step that the back button undoes; null takes the key out. */
  set(key: string, value: string | null): void;
  /** Put pairs in place of all that have one of these keys; with `replace`, in place of the present step. */
  setPairs(keys: string[], pairs: [string, string][], options?: { replace?: boolean }): void;
}

/** A picture as the text of an SVG, with the texts that stand above it. */
interface Picture {
  title: string;
  caption: string;
  inner: string;
  width: number;
  height: number;
}

/** Numbers to text, as site_builder writes them. */
interface Format {
  MISSING: string;
  rounded(value: number, places: number, shift?: number): string;
  /** A number with all its digits. */
  exact(value: number): string;
  score(value: number | null, format: Places): string;
  signed(value: number | null, format: Places): string;
  money(value: number | null): string;
  quantity(value: number | null): string;
  billions(value: number | null): string;
  threeDigits(value: number | null): string;
  ratio(value: number | null): string;
  /** How a price compares with one that is so many times as high. */
  cheaper(times: number | null, inverse: number | null): string;
  ordinal(n: number): string;
  /** A range: 0.662 to 0.818. */
  fromTo(low: string, high: string): string;
  listed(names: string[], most?: number, join?: "both" | "either"): string;
  /** A number as people type it, or as an address has it; null for any other text. */
  parse(text: string, isTyped?: boolean): number | null;
  roundSignificant(value: number, size?: number, digits?: number): number;
  difference(a: number, b: number): number;
  /** A probability in percent; none is written as 0 or 100. */
  chance(value: number): string;
}

/** A row as it was published. */
interface TableEntry {
  row: HTMLTableRowElement;
  place: number;
  isShown: boolean;
}

interface Tables {
  /** The tables that are there from the start. */
  all(selector: string, within?: Element): HTMLTableElement[];
  /** What a cell is sorted by; empty where it has no value. */
  value(cell: HTMLTableCellElement | undefined): string;
  /** The rows in published order. */
  entries(table: HTMLTableElement): TableEntry[];
  /** By published place, what filters know of the rows by a name (`data-filters`). */
  filterValues(table: HTMLTableElement, name: string): (string | undefined)[];
  /** The ranks of a column's values, by published place. */
  ranks(table: HTMLTableElement, head: HTMLTableCellElement): Numbers;
  /** The values of a column have changed. */
  forget(table: HTMLTableElement, head: HTMLTableCellElement): void;
  /** Put a row that is no entry below that of an entry; null takes it away. */
  attach(table: HTMLTableElement, entry: TableEntry, row: HTMLTableRowElement | null): void;
  arrange(table: HTMLTableElement, order: TableEntry[]): void;
  /** Hide and show rows; returns how many are shown. */
  showOnly(table: HTMLTableElement, isShown: (entry: TableEntry) => boolean): [shown: number, of: number];
  /** Put every row where it belongs now. */
  finishSorting(table: HTMLTableElement): void;
  heads(table: HTMLTableElement): HTMLTableCellElement[];
  headText(head: HTMLElement): string;
  /** The heads of the columns that a reader sees, or would on a large screen. */
  shownHeads(table: HTMLTableElement): HTMLTableCellElement[];
  /** Put every cell of columns that are being added where it belongs. */
  finishColumns(table: HTMLTableElement): void;
  /** The prefix of a table's keys in the address. */
  scope(table: HTMLTableElement): string;
  /** Give a table its sort buttons; scripts call it for a table that they filled. */
  makeSortable(table: HTMLTableElement): void;
  /** Give a head its sort button, if its table has them. */
  addSort(table: HTMLTableElement, head: HTMLTableCellElement): void;
  /** Sort as the address says, after columns have come or gone. */
  sortAgain(table: HTMLTableElement): void;
  /** The table of a box that is in sight. */
  shown(box: Element): HTMLTableElement | undefined;
}

/** A filter of rows, as site_builder/table_model.py describes it. */
interface Facet {
  key: string;
  label: string;
  kind: "choice" | "chips" | "switch" | "number" | "date";
  unit?: string;
  first?: string[];
  order?: string[];
  /** What values are called where they are shown. */
  names?: [value: string, name: string][];
  help?: string;
  column?: string;
  each?: string;
  is_front?: boolean;
  is_setting?: boolean;
}

/** What a box of tables says of its filters. */
interface FacetsOfBox {
  facets: Facet[];
  best_of?: string;
  is_best?: boolean;
}

/** What the rows of a table have of a facet, by place: the index of one of `values`, -1 for none; or a number, NaN for none. */
interface FacetValues {
  values: string[];
  codes: Int32Array;
  numbers: Float64Array;
  /** The order of the codes of a choice, the most frequent or the first stated first. */
  order: number[];
}

/** A field of the panel of filters. */
interface FilterField {
  element: HTMLElement;
  /** Show what is asked for, and what it would leave: by code with -1 last, or the numbers of the rows that other filters leave. */
  show(wanted: string[], found: FacetValues, left: { counts: number[]; numbers: Float64Array }): void;
}

/** The ranks of a table by place, NaN for none: those of the board, those among the best of each group where the board shows these, and those that it shows now. */
interface RanksOfTable {
  /** The column of ranks; -1 where there is none. */
  column: number;
  whole: Float64Array;
  ofGroups: Float64Array | null;
  shown: Float64Array;
}

/** The rows of tables that have the same filters. Places are published ones. */
interface FilterRows {
  valuesOf(table: HTMLTableElement, facet: Facet): FacetValues;
  textOf(table: HTMLTableElement, entry: TableEntry): string;
  /** 0 for a row that passes, the number of the only facet that it fails, from 1 on, else -1. */
  failuresOf(table: HTMLTableElement, wanted: Map<string, string[]>, q: string): Int32Array;
  ranksOf(table: HTMLTableElement): RanksOfTable;
  /** 1 for a row that is one of the best of its value of a facet. */
  bestRows(table: HTMLTableElement, best: string, isWanted: (place: number) => boolean): Uint8Array;
  ranksAmong(shown: Uint8Array, whole: Float64Array): Float64Array;
  writeRanks(table: HTMLTableElement, wanted: Float64Array): void;
  countsOf(table: HTMLTableElement, best: string, found: FacetValues, isLeft: (place: number) => boolean): number[];
}

interface FilterFields {
  /** The ends of a range, from the address; an end that is not stated is infinite. */
  bounds(text: string, kind: Facet["kind"]): [low: number, high: number];
  /** A number or a date as text. */
  write(value: number, facet: Facet): string;
  /** What a value of a choice is called; empty for one that is not stated. */
  nameOf(value: string, facet: Facet): string;
  /** A date as a day; of a month or a year, the middle. */
  day(text: string): number;
  make(facet: Facet, nouns: { noun: string; nouns: string }, changed: (values: string[], isFinal: boolean) => void): FilterField;
}

/** A short label: its id, which chooses its look, and its words. */
type Tag = [id: string, text: string];

/** A cell as scripts make it: as site_builder/render writes one, with a text and a value. */
interface Cell {
  text?: string;
  value?: string | number | null;
  link?: Link | null;
  note?: string;
  tags?: Tag[];
  tone?: string;
  /** Soft text behind the number. */
  suffix?: string;
  drawing?: Element;
}

/** A mark of a drawing: its kind, where it stands as a share of the scale, and where a span ends. */
type Mark = [kind: string, at: number, to?: number];

interface Cells {
  link(link: Link): HTMLAnchorElement;
  /** Put tags and a note into an element, in place of those that it has. */
  annotate(element: Element, tags: Tag[], note: string): void;
  fill<E extends HTMLElement>(element: E, cell: Cell): E;
  /** A cell of a row; a hidden one for null. */
  make(tag: "td" | "th", cell: Cell | null, className?: string): HTMLTableCellElement;
  /** Marks on one scale, as site_builder/table_model.py describes them; with `slots`, on ranks. Without a text, what it shows stands beside it. */
  draw(marks: Mark[], text: string, slots?: number): SVGElement;
}

/** What stands in the place of a trade-off of what ranks a board. */
interface TradeView {
  title: string;
  reading: string;
  caption: string;
  heading: string;
  /** The head of the column of scores, and its first order. */
  score: string;
  first: string;
  figure: Figure;
  /** The frontier; links are paths from the site's root. */
  rows: Cell[][];
}

interface BoardTask {
  id: string;
  link: Link;
  category: string | null;
  slug: string;
  direction: number;
  bounds: [number | null, number | null];
  scale: Places;
}

interface BoardModel {
  id: string;
  link: Link;
  developer: string | null;
  parameters_b: number | null;
  license: string | null;
  /** Facets and measures: label and text. */
  facts?: [string, string | null][];
}

type BoardStanding = [rank: number | null, scored: number, winRate: number | null, least: number | null, most: number | null];
type Run = { model: number; variant: string };

/** What pages/browser_data ships of a board beside its scores. */
interface Board {
  models: BoardModel[];
  tasks: BoardTask[];
  variants: { id: string; label: string; phrase: string; slug: string }[];
  categories: { link: Link; averaged: boolean; scale: Places }[];
  boards: Record<string, { ranked: number; tasks: number; standings: BoardStanding[] }>;
  /** Whether the tasks are those of a board of the site: of the comparing page alone. */
  has_ranks?: boolean;
  /** The label of the measure that ranks them, if one does: of the comparing page alone. */
  ranked_by?: string | null;
  /** For each board that has only some of the tasks, their places and how they compare: of the comparing page alone. */
  task_sets?: Record<string, Pick<Board, "averaged" | "scale" | "ends" | "tails"> & { places: number[] }>;
  /** What the comparing page opens with, each a kind and a key; empty for all tasks. */
  opens?: [kind: string, key: string][];
  base: string | null;
  /** The baseline, and by variant that of its scores which stand beside it. */
  reference: { model: number; variants: Record<string, string> } | null;
  scale: Places;
  /** The bounds that all tasks share. */
  ends: [number, number] | null;
  prices: Numbers;
  rank_by: string;
  averaged: boolean;
  min_coverage: number;
  /** The family of each task. */
  families: number[];
  /** Below this number of tasks, or families of tasks, there are no intervals and no probabilities. */
  least_tasks: number;
  /** By variant, the upper tail probability whose t quantile makes intervals simultaneous: of pairs of its models, of its models and the baseline, and their base. */
  tails: Record<"pairs" | "baseline" | "base", Record<string, number>>;
  /** By variant and task, the standard error that the rounding of scores leaves. */
  rounding: Record<string, number[]>;
}

interface ChooseBoard extends Board {
  /** The probability that the single best is said not to be first. */
  first_share: number;
}

type Scores = Record<string, Numbers[]>;

/** A task that a board's table can show as a column (site_builder/pages/task_columns.py). */
interface OfferedTask {
  id: string;
  link: Link;
  /** Its name with the metric. */
  title: string;
  /** What stands below its name: the whole that it is a part of, the metric, the direction. */
  note: string;
  whole: string | null;
  direction: number;
  scale: Places;
  /** Its file, and its row there. */
  at: [file: number, row: number];
  /** Where it stands which of its parts is the worst, where they compare. */
  worst?: [file: number, row: number];
  /** Whether the board counts an absent score as 0, of the entries of `zeros`. */
  counts?: boolean;
}

interface OfferedTasks {
  models: string[];
  tasks: OfferedTask[];
  /** By variant, the entries whose average is of another one, and which. */
  borrowed: Record<string, Record<string, string>>;
  /** By category, where a page has its board: the same there, and the places of its tasks and their parts. */
  categories: Record<string, { borrowed: Record<string, Record<string, string>>; tasks: number[] }>;
  /** By variant, the entries of which the board counts an absent score as 0. */
  zeros: Record<string, string[]>;
}

/** A column that scripts add: the scores on a task, or those on the worst of its parts. */
interface TaskColumn {
  key: string;
  task: OfferedTask;
  ofWorst: boolean;
}
type Row = Float64Array;
type Entrant = { row: Row; errors: Row | null };

/** The rows of a variant: scores turned so that greater is better, what ranks, standard errors. */
interface Measures {
  signed: Row[];
  measure: Row[];
  errors: Row[] | null;
}

interface Question {
  weights: number[];
  variant: string;
  limits: Map<Limit, boolean[]>;
}

interface Candidate {
  model: number;
  rank: number;
  /** The best and the worst that it could have if each task counted half to double. */
  ranks: [number, number];
  merit: number;
  behind: number;
  scored: number;
}

/** A model that has the tasks only in another variant; of `value`, more is better. */
interface Reference {
  model: number;
  variant: string;
  value: number;
  merit: number;
  /** Than the first of the choice. */
  isBetter: boolean;
}

/** The task that decides between the first two; who leads without it, and by how much. */
interface Reason {
  task: number;
  lead: number;
  next: number | null;
  gap: number;
}

/** Who leads with another limit; with none of its kind where it is null. */
interface Change {
  kind: Limit;
  limit: number | null;
  model: number;
  merit: number;
}

interface Choice {
  question: Question;
  /** The places of the tasks that count. */
  tasks: number[];
  /** The ranked models within the limits, the best first. */
  candidates: Candidate[];
  /** The candidates besides the first that may be first; null below the least number of tasks. */
  close: number[] | null;
  /** The best first. */
  references: Reference[];
  reason: Reason | null;
  changes: Change[];
  /** The ranked models that limits leave out, the best first. */
  excluded: { model: number; merit: number; limits: Limit[] }[];
  unranked: { model: number; missing: number; rivals: boolean }[];
}

/** A mean difference with its standard error, over so many families of tasks; less than `noise` is nothing. */
interface PairedTest {
  units: number;
  mean: number;
  error: number;
  noise: number;
}

type Moments = Omit<PairedTest, "error"> & { moves: Row; known: number };

interface Statistics {
  /** A smaller difference, relative to its terms, may be an error of binary fractions. */
  NOISE: number;
  /** A function that keeps what it returned. */
  remembered<K, T>(make: (key: K) => T): (key: K) => T;
  sizeOf(row: Row): number;
  words(seed: number): () => number;
  /** The distribution function of Student's t; `df` is whole. */
  tCdf(x: number, df: number): number;
  /** A quantile of at least 0.5 of Student's t. */
  tQuantile(p: number, df: number): number;
  /** For each of some tasks, the number of its family, from 0 on. */
  familiesOf(board: { families: number[] }, tasks: number[]): number[];
  /** A paired comparison with weights, in which the tasks of a family are one unit; the standard error is at least what those of the scores make it. */
  paired(gaps: Row, errors: Row | null, weights: Row, families: number[]): PairedTest;
  /** The tail of the family that a comparison belongs to; where two variants meet, the smaller of theirs. */
  tailOf(board: Pick<Board, "tails" | "reference" | "base">, one: Run, other: Run): number;
  /** How far the interval with these tails reaches to each side. */
  reachOf(test: PairedTest, tail: number): number;
  /** The probability of each entry to have the greatest mean, null for one with fewer families than `least`; null where fewer than two have them. */
  bestChances(entries: Entrant[], weights: Row, families: number[], least: number): Numbers | null;
}

interface Choosing {
  measures(board: Board, scores: Scores, errors?: Scores): (variant: string) => Measures;
  chooser(board: ChooseBoard, measuresOf: (variant: string) => Measures): (question: Question) => Choice;
}

type Limit = "size" | "price" | "license" | "developer";
type Say = (id: string, values?: Record<string, string | number>, n?: number) => string;

/** A value of a submission, with the line on which it begins. */
type SubmittedValue = { line: number; value: string | number | boolean | null | SubmittedValue[] | Map<string, SubmittedValue> };

/** The part of JSON Schema that site_builder/tables/submission_schema.py writes. */
interface SubmissionSchema {
  type?: string | string[];
  anyOf?: SubmissionSchema[];
  const?: number;
  enum?: string[];
  description?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  required?: string[];
  /** `false` refuses the key. */
  properties?: Record<string, false | SubmissionSchema>;
  if?: { required: string[] };
  then?: SubmissionSchema;
  else?: SubmissionSchema;
  additionalProperties?: false | SubmissionSchema;
  items?: SubmissionSchema;
}

interface Submission {
  /** A line that is not understood here; with a key, one that stands twice. */
  UnreadError: new (line: number, key?: string) => Error & { line: number; key?: string };
  read(text: string, isJson: boolean): SubmittedValue;
  faults(node: SubmittedValue, schema: SubmissionSchema, say: Say): { line: number; what: string }[];
}

/** What a visitor asks of the choosing page. */
interface Wish {
  /** What each task counts; where none does, all count the same. */
  weights: number[];
  variant: string;
  size: number | null;
  price: number | null;
  license: string[];
  developer: string[];
}

/** Tasks that count: one, or a whole category whose tasks all count the same. */
interface TaskPick {
  kind: string;
  key: string;
  name: string;
  weight: number;
  tasks: number[];
}

interface Wishes {
  empty(board: ChooseBoard): Wish;
  picks(board: ChooseBoard, wish: Wish): TaskPick[];
  /** What is asked for, in words, each with the wish without it. */
  asked(board: ChooseBoard, wish: Wish, say: Say): [text: string, without: Wish][];
  /** What the address asks for, and what is wrong with it. */
  read(board: ChooseBoard, say: Say): { wish: Wish; remarks: string[] };
  /** A wish as pairs of a query. */
  pairs(board: ChooseBoard, wish: Wish): [string, string][];
  /** Put a wish into the address; with `replace`, in place of the present step. */
  write(board: ChooseBoard, wish: Wish, replace: boolean): void;
  question(board: ChooseBoard, wish: Wish): Question;
  /** A function that shows a wish in the form; `changed` hears of another, `replace` saying whether it goes on with the one before, as a slider does. */
  form(form: HTMLElement, board: ChooseBoard, say: Say, changed: (wish: Wish, replace: boolean) => void): (wish: Wish) => void;
}

/** How one row stands against another; positive is better. */
interface Sides {
  ahead: number;
  level: number;
  behind: number;
  tasks: number;
  mean: number | null;
  /** The interval of the mean; null below the least number of tasks. */
  interval: [number, number] | null;
}

interface ComparedTask {
  task: number;
  scores: Numbers;
  best: number[];
  /** The best minus the worst; null where not all have a score. */
  spread: number | null;
}

interface ComparedRun {
  run: Run;
  average: number | null;
  firstPlaces: number;
  shared: number;
  overBaseline: Sides | null;
  overBase: Sides | null;
  overLeader: Sides | null;
}

interface ComparedCategory {
  category: Board["categories"][number];
  /** The common ones, by their places. */
  tasks: number[];
  /** The mean of each run. */
  scores: Numbers;
  best: number[];
  /** The greatest mean minus the least. */
  spread: number;
}

interface Comparison {
  runs: ComparedRun[];
  common: number;
  /** Whether the common tasks are enough for intervals. */
  isTested: boolean;
  tasks: ComparedTask[];
  leaders: number[];
  categories: ComparedCategory[];
  /** The probability of each run to be the best of them; null for one run, and below the least number of tasks. */
  best: Numbers | null;
}

/** One way to pay for a model, in US dollars: by the hour, or by a million tokens. */
interface Offer {
  provider: string;
  model: string;
  name: string;
  cell: Cell;
  input: number | null;
  output: number | null;
  hour: number | null;
}

/** By variant, then by the tasks of the model; null where there is nothing. */
type ScoreColumn<T> = (T | null)[][];

/** The scores of one model with all that is known of each. */
interface ScoreCards {
  model: Link;
  /** Places in the tasks of `ScoreFacts`; null for all of them. */
  tasks: number[] | null;
  texts: string[];
  sources: Link[];
  value: ScoreColumn<number>;
  /** The first of consecutive rows, or the row of each. */
  row: (number | (number | null)[])[];
  interval?: ScoreColumn<[number, number]>;
  stderr?: ScoreColumn<number>;
  n?: ScoreColumn<number>;
  /** The least and the greatest number of examples, where none is stated. */
  n_range?: ScoreColumn<[number, number]>;
  /** Places in `texts` or `sources`. */
  date?: ScoreColumn<number>;
  source?: ScoreColumn<number>;
  command?: ScoreColumn<number>;
  log?: ScoreColumn<number>;
  by?: ScoreColumn<number>;
  flag?: ScoreColumn<number>;
  chance?: ScoreColumn<number>;
}

/** What the cards of all models share. */
interface ScoreFacts {
  tasks: [link: Link, metric: string, slug: string, scale: Places][];
  /** The primary one first. */
  variants: { id: string; label: string; phrase: string; slug: string }[];
  /** By variant, the baseline's score beside it on each task. */
  baseline: Numbers[];
  /** By variant, a quarter, the median and three quarters of the scores on each task; empty where no table is long. */
  middles: ([number, number, number] | null)[][];
  cite: { site: string; slug: string; year: string; release: string; short: string; note: string };
  texts: Messages;
}

type FoundNames = [kind: string, found: [link: Link, hint: string, id: string][]][];

/** A value in a matrix: its text, the value if there is one, how dark it is in hundredths, and 1 for the best of its column. */
type MatrixCell = [text: string, value?: number, heat?: number, isBest?: number];
/** A measure in place of the scores of a matrix (site_builder/charts/matrix_measured.py). */
interface MatrixValues {
  title: string;
  note: string;
  merit: string;
  width: string;
  has_direction: boolean;
  /** By entry, what ranks it and then each column. */
  rows: Record<string, MatrixCell[]>;
  pinned: MatrixCell[][];
}

/** What data scripts provide, by name. */
interface SiteData {
  [measureOfAMatrix: `matrix ${number}`]: MatrixValues;
  scores: Scores;
  errors: Scores;
  find: FoundNames;
  "score cards": ScoreFacts;
  columns: OfferedTasks;
  [scoresOfTasks: `columns ${number}`]: Scores;
  [byAnotherStatistic: `trade-offs ${string}`]: Record<string, TradeView>;
  [scoresOfAModel: `scores of ${string}`]: ScoreCards;
  /** By column, for each row, its further numbers with a blank between them. */
  [numbersBehindATable: `details of ${string}`]: Record<string, string[]>;
}

/** The parts of a Plotly figure that the scripts read or set, as site_builder/charts writes them. */
interface Axis {
  title: { text?: string };
  tickfont: { size: number };
  ticktext?: string[];
  tickvals?: number[];
  tickangle?: number;
  ticklen: number;
  ticklabeloverflow?: string;
  automargin?: boolean;
  range?: number[];
  side?: string;
  type?: string;
  domain?: number[];
}

interface Layout {
  [axis: string]: any;
  font: { family: string };
  margin: { l: number; r: number; t: number; b: number };
  xaxis: Axis;
  yaxis: Axis;
  width: number;
  height: number;
  template: Template;
  meta?: {
    /** Values on a narrow screen, by paths such as `yaxis.ticktext`. */
    narrow?: Record<string, unknown>;
    room?: { ends: [number, number]; px: [number, number] };
    /** Whether names stand above their rows. */
    above?: boolean;
    /** What `chart-names.js` writes beside marks, what should have room first. */
    names?: NamedMarks[];
  };
  shapes?: unknown[];
  annotations?: unknown[];
  bargap?: number;
}

/** What holds for all figures. */
type Template = { layout: Pick<Layout, "font" | "margin" | "yaxis"> };

interface Trace {
  [key: string]: any;
  type: string;
  mode?: string;
  x?: number[];
  y?: number[];
  text?: string[];
  marker?: any;
  customdata?: unknown[];
}

/** Marks of a chart, each with its name, a detail, what stands for them where they have no room, and whether the mark is hollow. */
interface NamedMarks {
  marks: [x: number, y: number, name: string, detail: string, key?: string, isHollow?: boolean][];
  color: string;
  detailcolor: string;
  /** Of the mark. */
  linecolor?: string;
  /** Where names stand first: right of a mark (1) or left (-1), and below (1) or above (-1). */
  corner?: [number, number];
  /** How many lines a name with its detail may have. */
  lines?: number;
  /** What is said in the corner of the plot. */
  hint?: string;
  /** Marks of the strip with this number of an axis have their names to the right of them. */
  strip?: number;
  /** The names stand along a level line from their place to here. */
  to?: number;
}

/** What a board over time shows of the entries with one value of a facet. */
interface Overlay {
  key: string;
  of: string;
  title: string;
  reading: string;
  caption: string;
  name: string;
  data: Trace[];
  shapes: unknown[];
  names: NamedMarks[];
  places?: number[];
}

interface Figure {
  data: Trace[];
  layout: Layout;
}

/** Where a mark stands within its chart, in px. */
interface Bounds {
  x0: number;
  x1: number;
  y0: number;
  y1: number;
}

interface Pointed {
  customdata?: unknown;
  data: Trace;
  bbox: Bounds;
}

/** The element of a chart; Plotly adds to it what it was drawn from. */
interface Plot extends HTMLElement, Partial<Figure> {
  on(event: "plotly_hover" | "plotly_click", heard: (pointed: { points: Pointed[] }) => void): void;
  on(event: "plotly_unhover", heard: () => void): void;
}

interface PlotlyLibrary {
  react(plot: HTMLElement, data: Trace[], layout: Layout, config: object): Promise<void>;
  toImage(figure: Figure, options: object): Promise<string>;
}

interface Site {
  // site.js
  address: Address;
  /** The part of the address that belongs to a box of tables: where a page has several, the keys of a named one begin with its name. */
  addressOf(box: HTMLElement): Omit<Address, "list">;
  /** The elements that are there from the start. */
  elements<E extends HTMLElement = HTMLElement>(selector: string): E[];
  /** Tell those who hear the page. */
  say(text: string | null): void;
  /** Take steps in turn after the next frame, in tasks between which the page answers; each of the first `ofFrames` after a frame of its own. */
  inSlices(steps: (() => void)[], ofFrames?: number): Slices;
  make<K extends keyof HTMLElementTagNameMap>(name: K, attributes?: Record<string, string>, ...content: (Node | string)[]): HTMLElementTagNameMap[K];
  checkbox(text: string, value: string, isChecked: boolean): HTMLLabelElement;
  /** A function that says a message by its id, for a count `n` where it has a plural. */
  /** Of the page, where the browser can sort by it. */
  language: string | undefined;
  texts(messages: Messages): Say;
  /** A message of section `[script]`, or of `[filters]` as `filters.id`, which js/texts.js gives (site_builder/messages.toml). */
  text: Say;
  errorText(error: unknown): string;
  /** The colour of a token such as `--ink` in the present theme, as `#rrggbb` or `#rrggbbaa`. */
  colour(token: string): string;
  button(text: string, className?: string): HTMLButtonElement;
  /** Opened from the disk, a folder would show its listing: there the link names the page itself. */
  pageLink(href: string): string;
  loadScript(src: string): Promise<void>;
  /** Called by a data script. */
  provide<K extends keyof SiteData>(name: K, value: SiteData[K] | { places: number | null; values: Scores }): void;
  load<K extends keyof SiteData>(name: K, src: string): Promise<SiteData[K]>;
  /** What data scripts have provided by now. */
  provided<K extends keyof SiteData>(name: K): SiteData[K] | undefined;
  /** What they provided before site.js ran (first.js). */
  waiting: Parameters<Site["provide"]>[];
  /** Copy a text, or a PNG; the button says whether it worked. */
  copy(button: HTMLElement, content: string | Promise<Blob>): Promise<void>;
  /** Save a file. */
  save(name: string, content: Blob): void;
  /** The address of a path from the site's root on the web; empty on a page that is opened from the disk. */
  webAddress(path: string): string;
  /** The HTML that embeds the view of a menu (templates/macros/tools.html); empty where there is none. */
  embedCode(menu: HTMLElement): string;
  // The others, each by the script of its name or, of those of a page, by its last one
  format: Format;
  submission: Submission;
  table: Tables;
  filterFields: FilterFields;
  filterRows(facets: Facet[], isBestFirst: boolean): FilterRows;
  cells: Cells;
  /** A text of a figure, which Plotly reads as markup, as it is read: `&lt;` as `<`. */
  chartText(text: string): string;
  /** How wide a text of a figure is, in px. */
  chartTextWidth(text: string, font: string): number;
  /** Write the names of `meta.names` into a figure, for a width in px; there on the pages of boards. */
  placeNames?(figure: Figure, width: number, isNarrow: boolean): void;
  charts: {
    /** The figure of a chart in the page's colours, for a width in px. */
    figure(plot: HTMLElement, width: number): Figure;
    library(): Promise<PlotlyLibrary>;
  };
  svg: {
    draw(name: string, attributes: Record<string, string | number>, ...content: (Node | string)[]): SVGElement;
    /** The lines of a text in a width. */
    wrapped(text: string, font: string, width: number): string[];
  };
  /** The matrix as a picture, at least so wide. */
  matrixPicture(figure: HTMLElement, family: string, least: number): Picture;
  /** The Plotly template of all charts. */
  chartTemplate: Template;
  /** The token of each colour of the figures, such as `--ink`. */
  chartColours: Record<string, string>;
  openScoreCard(link: HTMLAnchorElement, scores: ScoreCards, facts: ScoreFacts): void;
  statistics: Statistics;
  choosing: Choosing;
  wishes: Wishes;
  comparison: {
    /** `picked` are the places of the tasks to compare on; all without them. */
    compare(board: Board, scores: Scores, runs: Run[], errors?: Scores, picked?: number[]): Comparison;
    /** The leading run, those whose interval of the difference includes 0, and those behind; null where nothing is tested. */
    verdict(comparison: Comparison): { lead: number; close: number[]; behind: number[] } | null;
    /** How far each score is from the mean of its row, better being positive, as a share of a range. */
    deviations(scores: Numbers, direction: number, range: number): Numbers;
    /** The range that each task's deviations are shares of: 1 where scores compare, else that of all its scores. */
    ranges(board: Board, scores: Scores): number[];
  };
}

interface Navigator {
  /** Chromium's alone. */
  readonly connection?: { readonly saveData: boolean; readonly effectiveType: string };
}

interface Window {
  site: Site;
  /** There once it is loaded. */
  Plotly: PlotlyLibrary;
}

declare const site: Site;
