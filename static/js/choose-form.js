// What a visitor of the choosing page asks, a wish: in the address, in the form, in the chips above the answer, and as a question to the statistics.
(() => {
  const { billions, money, parse, quantity, roundSignificant } = site.format;
  /** @type {("size" | "price")[]} */
  const LIMITS = ["size", "price"];
  /** @type {("license" | "developer")[]} */
  const LISTS = ["license", "developer"];
  const KEYS = ["task", "category", "variant", ...LIMITS, ...LISTS];
  const MOST_WEIGHT = 1e6;
  /** More steps of a slider have no room for a tick each. */
  const MOST_TICKS = 20;
  /** The ends of a slider of weights, as powers of two. */
  const MOST_POWER = 2;

  /** A number that a text gives within bounds, or null. @param {string} text @param {number} least @param {number} most */
  const within = (text, least, most) => {
    const value = parse(text, false);
    return value !== null && value >= least && value <= most ? Math.abs(value) : null;
  };

  /** @type {Wishes["empty"]} */
  const empty = (board) => ({ weights: board.tasks.map(() => 0), variant: board.variants[0].id, size: null, price: null, license: [], developer: [] });

  /** The places of a task, or of the tasks of a category. @param {ChooseBoard} board @param {string} kind @param {string | null} key */
  const placesOf = (board, kind, key) => board.tasks.flatMap((task, t) => ((kind === "task" ? task.id : task.category) === key ? [t] : []));

  /** The categories of the board. @param {ChooseBoard} board */
  const categoriesOf = (board) => [...new Set(board.tasks.flatMap(({ category }) => category ?? []))];

  /** @type {Wishes["picks"]} */
  const picks = (board, { weights }) => {
    const whole = categoriesOf(board).flatMap((key) => {
      const tasks = placesOf(board, "category", key);
      const [first] = tasks.map((t) => weights[t]);
      return first && tasks.every((t) => weights[t] === first) ? [{ kind: "category", key, name: key, weight: roundSignificant(first * tasks.length), tasks }] : [];
    });
    const rest = weights.flatMap((weight, t) => {
      const { id, link, category } = board.tasks[t];
      return !weight || whole.some(({ key }) => key === category) ? [] : [{ kind: "task", key: id, name: link[0], weight, tasks: [t] }];
    });
    return [...whole, ...rest];
  };

  /** Sizes and prices, as they are written. */
  const WRITTEN = { size: billions, price: money };

  /** @type {Wishes["asked"]} */
  const asked = (board, wish, say) => [
    ...picks(board, wish).map(({ name, tasks }) => /** @type {[string, Wish]} */ ([name, { ...wish, weights: wish.weights.map((weight, t) => (tasks.includes(t) ? 0 : weight)) }])),
    ...LIMITS.flatMap((key) => /** @type {[string, Wish][]} */ (wish[key] === null ? [] : [[say("up_to", { value: WRITTEN[key](wish[key]) }), { ...wish, [key]: null }]])),
    ...LISTS.flatMap((key) => wish[key].map((value) => /** @type {[string, Wish]} */ ([value, { ...wish, [key]: wish[key].filter((other) => other !== value) }]))),
  ];

  // --- in the address: `?task=a&weight=2&category=b&variant=c&size=8` ---------------------------------

  /** Weights that the sliders can show, where equal ratios mean the same. @param {number[]} weights */
  const onSliders = (weights) => {
    const there = weights.filter((weight) => weight > 0);
    const [least, most] = [Math.min(...there), Math.max(...there)];
    const isFar = least < 2 ** -MOST_POWER || most > 2 ** MOST_POWER;
    return least === most || isFar ? weights.map((weight) => roundSignificant(weight / most)) : weights;
  };

  /** @type {Wishes["read"]} */
  const read = (board, say) => {
    /** What the board has, by key. @type {Record<string, Set<string | null>>} */
    const known = {
      task: new Set(board.tasks.map(({ id }) => id)),
      category: new Set(board.tasks.map(({ category }) => category)),
      variant: new Set(board.variants.map(({ id }) => id)),
      license: new Set(board.models.map(({ license }) => license)),
      developer: new Set(board.models.map(({ developer }) => developer)),
    };
    const [wish, seen] = [empty(board), new Set()];
    /** @type {string[]} */
    const remarks = [];
    /** A value of the board; addresses of before have licences in small letters. @param {string} key @param {string} text */
    const valueOf = (key, text) => (known[key]?.has(text) ? text : ([...(known[key] ?? [])].find((value) => value?.toLowerCase() === text.toLowerCase()) ?? text));
    for (const [text, details, key] of site.address.list(KEYS, ["weight"])) {
      const value = valueOf(key, text);
      const [limit, list] = [LIMITS.find((name) => name === key), LISTS.find((name) => name === key)];
      if (limit) {
        const amount = within(value, 0, Number.MAX_VALUE);
        wish[limit] = amount ?? wish[limit];
        if (amount === null) remarks.push(say("remark.number", { kind: say(key), value }));
      } else if (!known[key].has(value)) remarks.push(say("remark.unknown", { kind: say(key), name: value }));
      else if (list) wish[list] = [...new Set([...wish[list], value])];
      else if (key === "variant") wish.variant = value;
      else if (!seen.has(`${key} ${value}`)) {
        seen.add(`${key} ${value}`);
        const weight = "weight" in details ? within(details.weight, 1 / MOST_WEIGHT, MOST_WEIGHT) : 1;
        if (weight === null) remarks.push(say("remark.weight", { value: details.weight }));
        const places = placesOf(board, key, value);
        // A category's weight is divided among its tasks.
        for (const t of places) wish.weights[t] += (weight ?? 1) / places.length;
      }
    }
    return { wish: { ...wish, weights: onSliders(wish.weights) }, remarks };
  };

  // What is not asked for is not in the address.
  /** @type {Wishes["pairs"]} */
  const pairs = (board, wish) => {
    /** @type {[string, string][]} */
    const found = [];
    for (const { kind, key, weight } of picks(board, wish)) {
      found.push([kind, key]);
      if (weight !== 1) found.push(["weight", String(weight)]);
    }
    if (wish.variant !== board.variants[0].id) found.push(["variant", wish.variant]);
    for (const key of LIMITS) if (wish[key] !== null) found.push([key, String(wish[key])]);
    for (const key of LISTS) for (const value of wish[key]) found.push([key, value]);
    return found;
  };

  /** @type {Wishes["write"]} */
  const write = (board, wish, replace) => site.address.setPairs([...KEYS, "weight", "margin"], pairs(board, wish), { replace });

  // --- in the form ------------------------------------------------------------------------------------

  /** @template {Element} T @param {ParentNode} root @param {string} selector @param {new () => T} type @returns {T[]} */
  const every = (root, selector, type) => /** @type {T[]} */ ([...root.querySelectorAll(selector)].filter((found) => found instanceof type));

  /** @param {Element} button @param {boolean} isPressed */
  const press = (button, isPressed) => button.setAttribute("aria-pressed", String(isPressed));

  /** The slider of a limit: one step for each value of the board, and one without a limit. @param {HTMLElement} box @param {Numbers} values @param {(value: number) => string} written @param {Say} say @param {(limit: number | null) => void} changed */
  const limitSlider = (box, values, written, say, changed) => {
    const steps = [...new Set(values.filter((value) => value !== null))].sort((a, b) => a - b);
    const [range] = every(box, "input", HTMLInputElement);
    range.max = String(steps.length);
    if (steps.length <= MOST_TICKS) box.querySelector("[data-ticks]")?.append(site.cells.draw(steps.map((_, i) => ["tick", i / steps.length]), ""));
    range.addEventListener("input", () => changed(steps[Number(range.value)] ?? null));
    return (/** @type {number | null} */ limit) => {
      range.value = String(limit === null ? steps.length : Math.max(0, steps.findLastIndex((step) => step <= limit)));
      const text = limit === null ? say("any") : say("up_to", { value: written(limit) });
      range.setAttribute("aria-valuetext", text);
      box.querySelector("output")?.replaceChildren(text);
    };
  };

  /** The rows of the picked tasks: a name, a button that takes it out, a slider. @param {HTMLElement} box @param {ChooseBoard} board @param {Say} say @param {(t: number, weight: number) => void} changed */
  const weightRows = (box, board, say, changed) => {
    /** @type {Map<number, (weight: number) => void>} */
    let rows = new Map();
    const row = (/** @type {number} */ t) => {
      const [name] = board.tasks[t].link;
      const range = site.make("input", { type: "range", min: String(-MOST_POWER), max: String(MOST_POWER), step: "1", "aria-label": name });
      const [output, remove] = [site.make("output"), site.button("\u00d7", "chip-remove")];
      remove.setAttribute("aria-label", say("remove", { name }));
      range.addEventListener("input", () => changed(t, 2 ** Number(range.value)));
      remove.addEventListener("click", () => changed(t, 0));
      box.append(site.make("div", { class: "choose-slider" }, site.make("span", {}, name), output, remove, range));
      return (/** @type {number} */ weight) => {
        range.value = String(Math.round(Math.log2(weight)));
        output.textContent = `${quantity(weight)}\u00d7`;
        range.setAttribute("aria-valuetext", output.textContent);
      };
    };
    return (/** @type {number[]} */ weights) => {
      const picked = weights.flatMap((weight, t) => (weight ? [t] : []));
      if (picked.length !== rows.size || picked.some((t) => !rows.has(t))) {
        box.replaceChildren();
        rows = new Map(picked.map((t) => [t, row(t)]));
      }
      for (const [t, show] of rows) show(weights[t]);
      /** @type {HTMLElement} */ (box.parentElement).hidden = !picked.length;
    };
  };

  /** The list of tasks that can be added. @param {HTMLSelectElement} field @param {ChooseBoard} board @param {(t: number) => void} add */
  const taskField = (field, board, add) => {
    board.tasks.forEach(({ link }, t) => field.append(site.make("option", { value: String(t) }, link[0])));
    field.addEventListener("change", () => field.value && add(Number(field.value)));
    return (/** @type {number[]} */ weights) => {
      field.value = "";
      for (const option of field.options) option.disabled = option.value !== "" && weights[Number(option.value)] > 0;
    };
  };

  /** @type {Wishes["form"]} */
  const form = (element, board, say, changed) => {
    let wish = empty(board);
    /** The slider that moves. @type {string | null} */
    let moving = null;
    /** @param {Partial<Wish>} change @param {string | null} [slider] */
    const change = (change, slider = null) => {
      const goesOn = slider !== null && slider === moving;
      moving = slider;
      changed({ ...wish, ...change }, goesOn);
    };
    element.addEventListener("submit", (event) => event.preventDefault());
    element.addEventListener("change", () => (moving = null));

    /** @param {number[]} tasks @param {number} weight */
    const weigh = (tasks, weight) => wish.weights.map((own, t) => (tasks.includes(t) ? weight : own));
    /** @type {((wish: Wish) => void)[]} */
    const parts = [];
    for (const button of every(element, "button[data-variant]", HTMLButtonElement)) {
      button.addEventListener("click", () => change({ variant: button.dataset.variant }));
      parts.push(({ variant }) => press(button, button.dataset.variant === variant));
    }
    for (const button of every(element, "button[data-category]", HTMLButtonElement)) {
      const tasks = placesOf(board, "category", button.value);
      const isWhole = () => tasks.every((t) => wish.weights[t] > 0);
      button.addEventListener("click", () => change({ weights: weigh(tasks, isWhole() ? 0 : 1) }));
      parts.push(() => press(button, isWhole()));
    }
    for (const button of every(element, "button[data-list]", HTMLButtonElement)) {
      const key = LISTS.find((name) => name === button.dataset.list) ?? LISTS[0];
      button.addEventListener("click", () => change({ [key]: wish[key].includes(button.value) ? wish[key].filter((value) => value !== button.value) : [...wish[key], button.value] }));
      parts.push(() => press(button, wish[key].includes(button.value)));
    }
    for (const field of every(element, "select[data-add]", HTMLSelectElement)) {
      const show = taskField(field, board, (t) => change({ weights: weigh([t], 1) }));
      parts.push(({ weights }) => show(weights));
    }
    for (const box of every(element, "[data-weights]", HTMLElement)) {
      const show = weightRows(box, board, say, (t, weight) => {
        change({ weights: weigh([t], weight) }, weight ? `weight ${t}` : null);
        // The button is gone: the list of tasks is where the keyboard goes on.
        if (!weight) every(element, "select[data-add]", HTMLSelectElement)[0]?.focus();
      });
      parts.push(({ weights }) => show(weights));
    }
    for (const key of LIMITS) {
      for (const box of every(element, `[data-limit="${key}"]`, HTMLElement)) {
        const show = limitSlider(box, factsOf(board)[key], WRITTEN[key], say, (limit) => change({ [key]: limit }, key));
        parts.push((wish) => show(wish[key]));
      }
    }
    return (asked) => {
      wish = asked;
      for (const show of parts) show(asked);
    };
  };

  // --- as a question ------------------------------------------------------------------------------------

  /** What limits are about, model by model. @param {ChooseBoard} board */
  const factsOf = ({ models, prices }) => ({
    size: models.map((model) => model.parameters_b), price: prices,
    license: models.map((model) => model.license), developer: models.map((model) => model.developer),
  });

  /** @type {Wishes["question"]} */
  const question = (board, wish) => {
    const facts = factsOf(board);
    /** @type {Map<Limit, boolean[]>} */
    const limits = new Map();
    for (const key of LIMITS) {
      const most = wish[key];
      if (most !== null) limits.set(key, facts[key].map((fact) => fact !== null && fact <= most));
    }
    for (const key of LISTS) if (wish[key].length) limits.set(key, facts[key].map((fact) => fact !== null && wish[key].includes(fact)));
    const isPicked = wish.weights.some((weight) => weight > 0);
    return { weights: isPicked ? wish.weights : wish.weights.map(() => 1), variant: wish.variant, limits };
  };

  site.wishes = { empty, picks, asked, read, pairs, write, question, form };
})();
