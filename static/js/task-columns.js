// Tasks as columns of a board: what there is to choose is loaded when the menu opens, and the scores of a task when it is chosen.
(() => {
  const ALL_AT_ONCE = 40; // tasks
  const CELLS_AT_ONCE = 60_000;
  const FEW = 8; // tasks and parts that need no search
  const LISTED = 200;

  /** The columns of each table, where they stand, and what is still to be done for them. @type {WeakMap<HTMLTableElement, {columns: TaskColumn[], at: number, rest: Slices | null}>} */
  const states = new WeakMap();

  /** Where the columns begin: behind what ranks the board, and its drawing. @param {HTMLTableElement} table */
  const beginOf = (table) => 1 + site.table.heads(table).findLastIndex((head) => head.matches(".name, .slots, .plot") || head.dataset.key === table.dataset.sortedBy);

  /**
   * Take cells out of a row and put others in. A cell that stays is not touched.
   * @param {HTMLTableRowElement} row @param {number} at @param {TaskColumn[]} before @param {TaskColumn[]} after @param {(column: TaskColumn) => HTMLTableCellElement} make
   */
  const change = (row, at, before, after, make) => {
    /** @type {Map<TaskColumn, Element>} */
    const there = new Map();
    /** @type {Element | null} */
    let next = row.cells[at] ?? null;
    for (const column of before) {
      if (next) there.set(column, next);
      next = next?.nextElementSibling ?? null;
    }
    for (const column of [...after].reverse()) {
      const cell = there.get(column) ?? row.insertBefore(make(column), next);
      there.delete(column);
      next = cell;
    }
    for (const cell of there.values()) cell.remove();
  };

  /** The rows in sight, or near it, and then the others. @param {HTMLTableElement} table */
  const groupsOf = (table) => {
    const groups = [...table.tBodies].map((body) => [...body.rows]);
    if (!table.matches(".long")) return { near: groups.flat(), far: [] };
    const isNear = (/** @type {HTMLTableRowElement[]} */ rows) => rows[0]?.checkVisibility({ contentVisibilityAuto: true });
    return { near: groups.filter(isNear).flat(), far: groups.filter((rows) => !isNear(rows)) };
  };

  site.table.finishColumns = (table) => states.get(table)?.rest?.finish();

  /** @param {HTMLElement} box @param {string} source @param {string[]} files */
  const setUp = (box, source, files) => {
    const menu = box.querySelector("[data-columns-menu]");
    const body = menu?.querySelector(".menu-body");
    if (!(menu instanceof HTMLDetailsElement) || !body) return;
    /** @type {OfferedTasks | null} */
    let offered = null;
    /** @type {Map<string, OfferedTask[]>} */
    const partsOf = new Map();
    /** By key, in the order of the table. @type {Map<string, TaskColumn>} */
    const all = new Map();
    /** @type {Map<string, number>} */
    let places = new Map();
    /** @type {Map<number, Scores>} */
    const scores = new Map();
    /** The columns that the publisher names, which the page has; once a reader wants others, they are made anew. */
    const ownHeads = (/** @type {HTMLTableElement} */ table) => site.table.heads(table).filter((head) => head.matches(".of-task"));
    const first = site.table.all("table", box).slice(0, 1).flatMap(ownHeads).map((head) => head.dataset.key ?? "");
    /** The columns that the table in sight has, by key. @type {Set<string>} */
    let chosen = new Set(first);
    let turn = 0;
    /** Puts the controls of the menu where they belong. */
    let showChoices = () => {};

    /** The parts that can be shown all at once; none where they are too many for the table. @param {OfferedTask} task */
    const openable = (task) => {
      const parts = partsOfTask(task);
      return parts.length > 1 && parts.length * places.size <= CELLS_AT_ONCE ? parts : [];
    };
    const keyOf = (/** @type {OfferedTask} */ task) => `task.${task.id}`;
    const wholes = () => offered?.tasks.filter((task) => task.whole === null) ?? [];
    const partsOfTask = (/** @type {OfferedTask} */ task) => partsOf.get(task.id) ?? [];
    const hasAll = (/** @type {OfferedTask[]} */ tasks, among = chosen) => tasks.length > 1 && tasks.every((task) => among.has(keyOf(task)));

    const loadOffered = async () => {
      if (offered) return;
      const found = await site.load("columns", source);
      if (offered) return;
      const category = found.categories[box.dataset.category ?? ""];
      const own = category?.tasks.map((place) => found.tasks[place]) ?? found.tasks;
      const ids = new Set(own.map(({ id }) => id));
      const tasks = own.map((task) => (task.whole !== null && !ids.has(task.whole) ? { ...task, whole: null } : task));
      offered = { ...found, borrowed: category?.borrowed ?? found.borrowed, tasks };
      places = new Map(found.models.map((model, i) => [model, i]));
      for (const task of offered.tasks) {
        if (task.whole !== null) partsOf.set(task.whole, [...(partsOf.get(task.whole) ?? []), task]);
        all.set(keyOf(task), { key: keyOf(task), task, ofWorst: false });
        if (task.worst) all.set(`worst.${task.id}`, { key: `worst.${task.id}`, task, ofWorst: true });
      }
    };

    const loadScores = async (/** @type {TaskColumn[]} */ columns) => {
      const placesOf = (/** @type {TaskColumn} */ { task, ofWorst }) => (ofWorst && task.worst ? [task.worst, ...partsOfTask(task).map(({ at }) => at)] : [task.at]);
      const needed = new Set(columns.flatMap(placesOf).map(([file]) => file));
      await Promise.all([...needed].filter((file) => !scores.has(file)).map(async (file) => scores.set(file, await site.load(`columns ${file}`, files[file]))));
    };

    // The address: `task` for each, `*` for all of the board, nothing for none; `parts` for all parts of a task; `worst` for the worst of them.
    const KEYS = ["task", "parts", "worst"];
    const isAsked = () => KEYS.some((key) => site.address.all(key).length > 0);
    const read = () => {
      if (!isAsked()) return new Set(first.filter((key) => all.has(key)));
      const [tasks, opened, worst] = KEYS.map((key) => site.address.all(key));
      const keys = [
        ...(tasks.includes("*") ? wholes().map(keyOf) : []),
        ...tasks.map((id) => `task.${id}`),
        ...opened.flatMap((id) => (partsOf.get(id) ?? []).map(keyOf)),
        ...worst.map((id) => `worst.${id}`),
      ];
      return new Set(keys.filter((key) => all.has(key)));
    };
    const write = (/** @type {Set<string>} */ wanted) => {
      const isAll = hasAll(wholes(), wanted);
      const opened = [...partsOf].filter(([, parts]) => hasAll(parts, wanted)).map(([id]) => id);
      const single = [...all.values()].filter(({ key, task, ofWorst }) => !ofWorst && wanted.has(key) && !(task.whole === null ? isAll : opened.includes(task.whole)));
      const ofWorst = [...all.values()].filter((column) => column.ofWorst && wanted.has(column.key));
      /** @type {[string, string][]} */
      const pairs = [
        ...(isAll ? [["task", "*"]] : []),
        ...single.map(({ task }) => ["task", task.id]),
        ...opened.map((id) => ["parts", id]),
        ...ofWorst.map(({ task }) => ["worst", task.id]),
      ].map(([key, value]) => [key, value]);
      // A column that goes takes its order with it.
      const sorted = site.address.get("sort") ?? "";
      const isGone = all.has(sorted) && !wanted.has(sorted);
      const isFirst = wanted.size === first.length && first.every((key) => wanted.has(key));
      /** @type {[string, string][]} */
      const asked = isFirst ? [] : wanted.size ? pairs : [["task", ""]];
      site.address.setPairs([...KEYS, ...(isGone ? ["sort", "way"] : [])], asked);
    };

    /** A function that returns the score of an entry in a column of a table, and the part that it is of. @param {HTMLTableElement} table @returns {(column: TaskColumn, model: string) => [value: number | null, part: OfferedTask | null]} */
    const readerOf = (table) => {
      const variant = table.dataset.tick ?? "";
      const borrowed = offered?.borrowed[variant] ?? {};
      const one = (/** @type {[file: number, row: number]} */ [file, row], /** @type {string} */ model) => {
        const place = places.get(model);
        return place === undefined ? null : (scores.get(file)?.[borrowed[model] ?? variant]?.[row][place] ?? null);
      };
      return ({ task, ofWorst }, model) => {
        if (!ofWorst || !task.worst) return [one(task.at, model), null];
        const part = partsOfTask(task)[one(task.worst, model) ?? -1] ?? null;
        return [part && one(part.at, model), part];
      };
    };

    /** Whether the board counts an absent score as 0. @param {HTMLTableElement} table @param {OfferedTask} task @param {string} model */
    const isZero = (table, task, model) => {
      const variant = table.dataset.tick ?? "";
      return task.counts && (offered?.zeros[offered.borrowed[variant]?.[model] ?? variant] ?? []).includes(model);
    };

    /** @param {HTMLTableElement} table @param {TaskColumn} column */
    const makeHead = (table, { key, task, ofWorst }) => {
      const title = ofWorst ? site.text("columns.worst_of", { name: task.title }) : task.title;
      const head = site.make("th", { class: "of-task", "data-key": key, "data-title": title, title: ofWorst ? title : `${task.title}${task.direction < 0 ? `, ${site.text("columns.lower")}` : ""}` });
      if (table.matches(".long")) head.setAttribute("scope", "col");
      if (ofWorst) {
        head.dataset.noted = site.text("columns.worst_name", { title });
        head.append(site.text("columns.worst"));
      } else head.append(site.cells.link([task.link[0], `${document.documentElement.dataset.root ?? ""}${task.link[1]}`]));
      if (ofWorst && task.direction > 0) head.dataset.first = "ascending";
      if (!ofWorst && task.direction < 0) head.dataset.first = "ascending";
      site.table.addSort(table, head);
      const parts = ofWorst ? [] : openable(task);
      if (parts.length) {
        const button = site.button(site.text("columns.parts", {}, parts.length), "opens");
        button.setAttribute("aria-label", site.text("columns.parts_of", { name: task.title }, parts.length));
        button.addEventListener("click", () => choose(parts.map(keyOf), button.getAttribute("aria-expanded") !== "true"));
        head.append(button);
      }
      const note = ofWorst ? task.title : task.note;
      if (note) head.append(site.make("small", {}, note));
      return head;
    };

    /** @param {HTMLTableElement} table @param {HTMLTableCellElement[]} heads of columns that stand beside each other */
    const takeOut = (table, heads) => {
      if (!heads.length) return;
      const at = heads[0].cellIndex;
      for (const row of table.rows) if (!row.matches(".opened")) for (const cell of [...row.cells].slice(at, at + heads.length)) cell.remove();
      const widths = table.dataset.columns?.split(" ");
      widths?.splice(at, heads.length);
      if (widths) table.dataset.columns = widths.join(" ");
      delete table.dataset.sorted;
    };

    /** @param {HTMLTableElement} table @param {TaskColumn[]} columns */
    const show = (table, columns) => {
      const state = states.get(table) ?? { columns: [], at: beginOf(table), rest: null };
      if (!states.has(table)) takeOut(table, ownHeads(table));
      states.set(table, state);
      const before = state.columns;
      const isSame = before.length === columns.length && before.every((column, i) => column === columns[i]);
      if (!isSame) {
        state.rest?.finish();
        const scoreOf = readerOf(table);
        /** Of each column the texts of its values, of which many rows have the same. @type {Map<TaskColumn, Map<number | null, string>>} */
        const texts = new Map(columns.map((column) => [column, new Map()]));
        const cell = document.createElement("td");
        /** @param {TaskColumn} column @param {string} model */
        const makeCell = (column, model) => {
          const [value, part] = scoreOf(column, model);
          const known = texts.get(column);
          const text = known?.get(value) ?? site.format.score(value, column.task.scale);
          known?.set(value, text);
          const made = /** @type {HTMLTableCellElement} */ (cell.cloneNode());
          made.dataset.value = value === null ? "" : String(value);
          made.textContent = text;
          if (value === null) made.className = "soft";
          if (value === null && (part || !column.ofWorst) && isZero(table, part ?? column.task, model)) made.append(site.make("small", {}, site.text("columns.zero")));
          if (part) made.append(site.make("small", {}, part.link[0]));
          return made;
        };
        const fill = (/** @type {HTMLTableRowElement} */ row) => change(row, state.at, before, columns, (column) => makeCell(column, row.dataset.id ?? ""));
        const { near, far } = groupsOf(table);
        if (table.tHead) change(table.tHead.rows[0], state.at, before, columns, (column) => makeHead(table, column));
        near.forEach(fill);
        const rest = site.inSlices(far.map((rows) => () => rows.forEach(fill)));
        Object.assign(state, { columns, rest });
        const widths = table.dataset.columns?.split(" ");
        widths?.splice(state.at, before.length, ...columns.map(() => "var(--column-task)"));
        if (widths) table.dataset.columns = widths.join(" ");
      }
      for (const head of site.table.heads(table)) {
        const parts = partsOf.get(all.get(head.dataset.key ?? "")?.task.id ?? "") ?? [];
        head.querySelector(".opens")?.setAttribute("aria-expanded", String(hasAll(parts)));
      }
      return !isSame;
    };

    /** The table as it is asked for; the first column that is new comes into view if `moves`. */
    const update = async (moves = false) => {
      const mine = ++turn;
      if (!offered && !isAsked()) return;
      await loadOffered();
      const wanted = read();
      const columns = [...all.values()].filter(({ key }) => wanted.has(key));
      await loadScores(columns);
      if (mine !== turn) return;
      const before = chosen;
      chosen = wanted;
      showChoices();
      const table = site.table.shown(box);
      if (!table) return;
      if (show(table, columns)) {
        box.dispatchEvent(new Event("columnschange"));
        site.table.sortAgain(table);
      }
      const first = columns.find(({ key }) => !before.has(key));
      if (moves && first) reveal(table, first.key);
    };

    /** @param {HTMLTableElement} table @param {string} key */
    const reveal = (table, key) => {
      const head = site.table.heads(table).find((other) => other.dataset.key === key);
      const wrap = table.parentElement;
      const name = table.querySelector("thead .name");
      if (!head || !wrap || !name) return;
      const [at, frame, beside] = [head, wrap, name].map((element) => element.getBoundingClientRect());
      if (at.right > frame.right || at.left < beside.right) wrap.scrollLeft += at.left - beside.right;
    };

    /** @param {string[]} keys @param {boolean} isShown */
    const choose = (keys, isShown) => {
      const wanted = read();
      for (const key of keys) isShown ? wanted.add(key) : wanted.delete(key);
      write(wanted);
      return attempt(async () => {
        await update(true);
        site.say(site.text("columns.shown", {}, chosen.size));
      });
    };

    /** @param {() => Promise<void>} work */
    const attempt = async (work) => {
      body.querySelector("[data-failed]")?.remove();
      try {
        await work();
      } catch (error) {
        body.append(site.make("p", { "data-failed": "", role: "alert" }, error instanceof Error ? error.message : String(error)));
      }
    };

    // --- the menu -------------------------------------------------------------------------------

    const fillMenu = () => {
      if (!offered || body.querySelector("[data-tasks]")) return;
      const { tasks } = offered;
      const group = site.make("div", { role: "group", "aria-label": site.text("columns.tasks"), "data-tasks": "" }, site.make("p", {}, site.text("columns.tasks")));
      const list = site.make("div");
      const search = site.make("input", { type: "search", class: "tools-search", "aria-label": site.text("columns.find"), placeholder: site.text("columns.find"), autocomplete: "off", spellcheck: "false" });
      if (tasks.length > FEW) group.append(search);
      group.append(list);

      /** A choice of several columns at once. @param {string} text @param {OfferedTask[]} of */
      const several = (text, of) => {
        const label = site.checkbox(text, "", hasAll(of));
        label.dataset.of = of.map(({ id }) => id).join("\n");
        label.querySelector("input")?.addEventListener("change", ({ target }) => choose(of.map(keyOf), /** @type {HTMLInputElement} */ (target).checked));
        return { label, of };
      };
      /** @type {{label: HTMLLabelElement, of: OfferedTask[]}[]} */
      let severals = [];

      /** @param {string} text @param {string} key */
      const single = (text, key) => {
        const label = site.checkbox(text, key, chosen.has(key));
        label.querySelector("input")?.addEventListener("change", ({ target }) => choose([key], /** @type {HTMLInputElement} */ (target).checked));
        return label;
      };

      /** @param {OfferedTask} task @returns {HTMLElement} */
      const choiceOf = (task) => {
        const label = single(task.link[0], keyOf(task));
        const parts = partsOfTask(task);
        if (parts.length === 0) return label;
        const below = site.make("div", { class: "of-parts", role: "group", "aria-label": site.text("columns.parts_of", { name: task.link[0] }, parts.length), hidden: "" });
        const button = site.button(site.text("columns.parts", {}, parts.length), "opens");
        button.setAttribute("aria-expanded", "false");
        button.setAttribute("aria-label", site.text("columns.parts_of", { name: task.link[0] }, parts.length));
        button.addEventListener("click", () => {
          if (!below.firstChild) {
            if (task.worst) below.append(single(site.text("columns.worst"), `worst.${task.id}`));
            if (openable(task).length) {
              const made = several(site.text("columns.all_parts", {}, parts.length), parts);
              severals.push(made);
              below.append(made.label);
            }
            below.append(...parts.map(choiceOf));
          }
          below.hidden = !below.hidden;
          button.setAttribute("aria-expanded", String(!below.hidden));
        });
        return site.make("div", {}, site.make("div", { class: "choice" }, label, button), below);
      };

      /** Without case and accents. @param {string} text */
      const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
      const fill = () => {
        const words = plain(search.value).split(/\s+/).filter(Boolean);
        severals = [];
        if (words.length === 0) {
          const most = wholes();
          const made = most.length > 1 && most.length <= ALL_AT_ONCE ? several(site.text("columns.all", {}, most.length), most) : null;
          if (made) severals.push(made);
          list.replaceChildren(...(made ? [made.label] : []), ...most.map(choiceOf));
          return;
        }
        const found = tasks.filter((task) => words.every((word) => plain(`${task.title} ${task.id}`).includes(word)));
        const more = found.length - LISTED;
        const note = found.length === 0 ? site.text("columns.none") : more > 0 ? site.text("columns.more", {}, more) : "";
        list.replaceChildren(...found.slice(0, LISTED).map((task) => single(task.title, keyOf(task))), ...(note ? [site.make("p", {}, note)] : []));
      };
      search.addEventListener("input", fill);
      // Whoever types a name and presses Enter wants the first of that name.
      search.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && search.value) list.querySelector("input")?.click();
      });
      showChoices = () => {
        for (const input of list.querySelectorAll("input")) if (input.value) input.checked = chosen.has(input.value);
        for (const { label, of } of severals) {
          const input = label.querySelector("input");
          if (input) input.checked = hasAll(of);
        }
      };
      fill();
      body.append(group);
    };

    const open = () => attempt(async () => {
      await loadOffered();
      fillMenu();
    });
    menu.addEventListener("toggle", () => menu.open && open());
    menu.querySelector("summary")?.addEventListener("pointerenter", () => attempt(loadOffered), { once: true });
    box.addEventListener("viewchange", () => attempt(update));
    addEventListener("popstate", () => attempt(update));
    attempt(update);
  };

  for (const box of site.elements("[data-task-columns]")) {
    const [source, ...files] = (box.dataset.taskColumns ?? "").split(" ");
    setUp(box, source, files);
  }
  for (const name of ["beforeprint", "copy"]) addEventListener(name, () => site.table.all("[data-tick]").forEach(site.table.finishColumns), true);
})();
