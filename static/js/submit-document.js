// A submission as text to its values, each with its line: JSON, and the YAML of such a file. What else YAML has is left to the check of the pull request.
(() => {
  const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
  const WORDS = new Map([["", null], ["~", null], ["null", null], ["true", true], ["false", false]]);
  /** Marks with which a value begins that is more than a text, a number, a list or a mapping. */
  const OTHER = /^[&*!|>@`%?]/;
  const MOST_LEVELS = 8;

  class UnreadError extends Error {
    /** @param {number} line @param {string} [key] */
    constructor(line, key) {
      super("unread");
      this.line = line;
      this.key = key;
    }
  }

  /** @param {string} text @returns {string | number | boolean | null} */
  const plain = (text) => {
    const word = text.toLowerCase();
    if (WORDS.has(word)) return WORDS.get(word) ?? null;
    return NUMBER.test(text) ? Number(text) : text;
  };

  /** One value within a line, such as `{ a: 1, b: [x, "y"] }`; it may go on over further lines. */
  class Flow {
    /** @param {string} text @param {number} line @param {boolean} isJson */
    constructor(text, line, isJson) {
      this.text = text;
      this.line = line;
      this.isJson = isJson;
      this.at = 0;
    }

    fail() {
      return new UnreadError(this.line);
    }

    skip() {
      for (; this.at < this.text.length; this.at++) {
        const mark = this.text[this.at];
        if (mark === "\n") this.line++;
        else if (mark === "#" && !this.isJson && /\s/.test(this.text[this.at - 1] ?? " ")) {
          while (this.at + 1 < this.text.length && this.text[this.at + 1] !== "\n") this.at++;
        } else if (!/\s/.test(mark)) return;
      }
    }

    /** @param {string} mark */
    take(mark) {
      this.skip();
      if (this.text[this.at] !== mark) return false;
      this.at++;
      return true;
    }

    /** @param {number} level @returns {SubmittedValue} */
    value(level) {
      this.skip();
      const line = this.line;
      if (level > MOST_LEVELS) throw this.fail();
      if (this.take("{")) return { line, value: this.mapping(level) };
      if (this.take("[")) return { line, value: this.list(level) };
      return { line, value: this.scalar(",}]\n") };
    }

    /** @param {number} level */
    mapping(level) {
      /** @type {Map<string, SubmittedValue>} */
      const found = new Map();
      while (!this.take("}")) {
        this.skip();
        const line = this.line;
        const key = String(this.scalar(":,}\n", true));
        if (!this.take(":")) throw this.fail();
        if (found.has(key)) throw new UnreadError(line, key);
        found.set(key, { ...this.value(level + 1), line });
        if (!this.take(",") && this.text[this.at] !== "}") throw this.fail();
      }
      return found;
    }

    /** @param {number} level */
    list(level) {
      const found = [];
      while (!this.take("]")) {
        found.push(this.value(level + 1));
        if (!this.take(",") && this.text[this.at] !== "]") throw this.fail();
      }
      return found;
    }

    /** A text in quotes, or without them up to one of some marks. @param {string} ends */
    scalar(ends, isKey = false) {
      const mark = this.text[this.at];
      if (mark === '"' || mark === "'") return this.quoted(mark);
      const start = this.at;
      while (this.at < this.text.length && !(ends.includes(this.text[this.at]) && (this.text[this.at] !== ":" || /^(\s|$)/.test(this.text.slice(this.at + 1, this.at + 2)) || this.isJson))) {
        if (/\s#/.test(this.text.slice(this.at, this.at + 2))) break;
        this.at++;
      }
      const text = this.text.slice(start, this.at).trim();
      if (OTHER.test(text) || (!isKey && /: /.test(text))) throw this.fail();
      return isKey ? text : plain(text);
    }

    /** @param {string} mark @returns {string} */
    quoted(mark) {
      const found = (mark === '"' ? /"(?:[^"\\\n]|\\.)*"/y : /'(?:[^'\n]|'')*'/y);
      found.lastIndex = this.at;
      const text = found.exec(this.text)?.[0];
      if (text === undefined) throw this.fail();
      this.at += text.length;
      if (mark === "'") return text.slice(1, -1).replaceAll("''", "'");
      try {
        return JSON.parse(text);
      } catch {
        throw this.fail();
      }
    }
  }

  /** @param {string} text */
  const depthOf = (text) => {
    const bare = text.replaceAll(/"(?:[^"\\]|\\.)*"|'[^']*'|\s#.*/g, "");
    return (bare.match(/[[{]/g) ?? []).length - (bare.match(/[\]}]/g) ?? []).length;
  };

  /** The lines of YAML that say something, with their indents. @param {string} text */
  const linesOf = (text) => {
    /** @type {{ indent: number, text: string, line: number }[]} */
    const found = [];
    text.split(/\r\n|\n|\r/).forEach((raw, i) => {
      if (/^\s*(#.*)?$/.test(raw)) return;
      const last = found.at(-1);
      if (last && depthOf(last.text) > 0) last.text += `\n${raw}`;
      else if (/^\s*\t|^(---|\.\.\.)/.test(raw)) throw new UnreadError(i + 1);
      else found.push({ indent: raw.search(/\S/), text: raw.trim(), line: i + 1 });
    });
    return found;
  };

  /** Reads blocks of lines by their indents. */
  class Blocks {
    /** @param {ReturnType<typeof linesOf>} lines */
    constructor(lines) {
      this.lines = lines;
      this.at = 0;
    }

    /** @param {number} level @returns {SubmittedValue} */
    block(level) {
      const { indent, text, line } = this.lines[this.at];
      if (level > MOST_LEVELS) throw new UnreadError(line);
      const value = /^-(\s|$)/.test(text) ? this.list(indent, level) : this.mapping(indent, level);
      const next = this.lines[this.at];
      if (next && next.indent > indent) throw new UnreadError(next.line);
      return { line, value };
    }

    /** @param {number} indent @param {number} level */
    list(indent, level) {
      const found = [];
      for (let one = this.lines[this.at]; one?.indent === indent && /^-(\s|$)/.test(one.text); one = this.lines[this.at]) {
        const rest = one.text.slice(1).trimStart();
        if (/^[^"'[{][^"'{[]*:(\s|$)/.test(rest)) {
          // A mapping that begins on the line of its mark.
          this.lines[this.at] = { indent: indent + one.text.length - rest.length, text: rest, line: one.line };
          found.push(this.block(level + 1));
        } else found.push(this.rest(rest, one, level));
      }
      return found;
    }

    /** @param {number} indent @param {number} level */
    mapping(indent, level) {
      /** @type {Map<string, SubmittedValue>} */
      const found = new Map();
      for (let one = this.lines[this.at]; one?.indent === indent; one = this.lines[this.at]) {
        const flow = new Flow(one.text, one.line, false);
        const key = String(flow.scalar(":\n", true));
        if (!flow.take(":")) throw flow.fail();
        if (found.has(key)) throw new UnreadError(one.line, key);
        found.set(key, { ...this.rest(one.text.slice(flow.at), one, level), line: one.line });
      }
      return found;
    }

    /** What stands behind a key or a mark, or below it. @param {string} text @param {{ indent: number, line: number }} one @param {number} level @returns {SubmittedValue} */
    rest(text, one, level) {
      this.at++;
      const flow = new Flow(text, one.line, false);
      flow.skip();
      if (flow.at < text.length) {
        const isFlow = "{[\"'".includes(text[flow.at]);
        const found = isFlow ? flow.value(level + 1) : { line: one.line, value: flow.scalar("\n") };
        flow.skip();
        if (flow.at < text.length) throw flow.fail();
        return found;
      }
      const next = this.lines[this.at];
      const isBelow = next && (next.indent > one.indent || (next.indent === one.indent && /^-(\s|$)/.test(next.text)));
      return isBelow ? this.block(level + 1) : { line: one.line, value: null };
    }
  }

  site.submission = {
    UnreadError,
    read: (text, isJson) => {
      if (isJson) {
        const flow = new Flow(text, 1, true);
        const found = flow.value(0);
        flow.skip();
        if (flow.at < text.length) throw flow.fail();
        return found;
      }
      const blocks = new Blocks(linesOf(text));
      if (!blocks.lines.length) return { line: 1, value: null };
      const found = blocks.block(0);
      const next = blocks.lines[blocks.at];
      if (next) throw new UnreadError(next.line);
      return found;
    },
    faults: () => [],
  };
})();
