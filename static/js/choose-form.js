// What a visitor of the choosing page asks, a wish: in the address, in the form, in the line above the answer, and as a question to the statistics.
(() => {
  const { counted, parse, quantity } = site.format;
  const PICKS = ["task", "category"];
  /** @type {("size" | "price" | "margin")[]} */
  const AMOUNTS = ["size", "price", "margin"];
  /** @type {("license" | "developer")[]} */
  const LISTS = ["license", "developer"];
  const KEYS = [...PICKS, "variant", ...AMOUNTS, ...LISTS];
  const MOST_WEIGHT = 1e6;
  const UNKNOWN = { size: "of undisclosed size", price: "without a known price", license: "without a known license", developer: "without a known developer" };

  /** A number that a text gives within bounds, or null. @param {string} text @param {number} least @param {number} most */
  const within = (text, least, most) => {
    const value = parse(text);
    return value !== null && value >= least && value <= most ? Math.abs(value) : null;
  };

  /** @param {string} text */
  const weightOf = (text) => within(text, 1 / MOST_WEIGHT, MOST_WEIGHT);

  /** @param {string} text */
  const amountOf = (text) => within(text, 0, Number.MAX_VALUE);

  /** @type {Site["wishes"]["empty"]} */
  const empty = (board) => ({ picks: [], variant: board.variants[0].id, size: null, price: null, margin: null, license: [], developer: [] });

  // --- in the address: `?task=a&weight=2&category=b&variant=c&size=8` ---------------------------------

  /** @type {Site["wishes"]["address"]} */
  const address = (board) => {
    /** What the board has, by key. @type {Record<string, Set<string | null>>} */
    const known = {
      task: new Set(board.tasks.map(({ id }) => id)),
      category: new Set(board.tasks.map(({ category }) => category)),
      variant: new Set(board.variants.map(({ id }) => id)),
      license: new Set(board.models.map(({ license }) => license)),
      developer: new Set(board.models.map(({ developer }) => developer)),
    };

    return {
      isAsked: () => KEYS.some((key) => site.address.get(key) !== null),

      read() {
        const wish = empty(board);
        /** @type {string[]} */
        const remarks = [];
        for (const [value, details, key] of site.address.list(KEYS, ["weight"])) {
          const [amount, list] = [AMOUNTS.find((name) => name === key), LISTS.find((name) => name === key)];
          if (amount) {
            wish[amount] = amountOf(value) ?? wish[amount];
            if (amountOf(value) === null) remarks.push(`The ${key} “${value}” is not a number of 0 or more and is left out.`);
          } else if (!known[key].has(value)) remarks.push(`This board has no ${key} “${value}”; it is left out.`);
          else if (list) wish[list].push(value);
          else if (key === "variant") wish.variant = value;
          else if (!wish.picks.some((pick) => pick.kind === key && pick.key === value)) {
            const weight = "weight" in details ? weightOf(details.weight) : 1;
            if (weight === null) remarks.push(`Weight “${details.weight}” is not a number above 0; it counts as 1.`);
            wish.picks.push({ kind: key, key: value, weight: weight ?? 1 });
          }
        }
        return { wish, remarks };
      },

      // What is not asked for is not in the address.
      write(wish, replace) {
        /** @type {[string, string][]} */
        const pairs = [];
        for (const { kind, key, weight } of wish.picks) {
          pairs.push([kind, key]);
          if (weight !== 1) pairs.push(["weight", String(weight)]);
        }
        if (wish.variant !== board.variants[0].id) pairs.push(["variant", wish.variant]);
        for (const key of AMOUNTS) if (wish[key] !== null) pairs.push([key, String(wish[key])]);
        for (const key of LISTS) for (const value of wish[key]) pairs.push([key, value]);
        site.address.setPairs([...KEYS, "weight"], pairs, { replace });
      },
    };
  };

  // --- in the form ------------------------------------------------------------------------------------

  /** @template {Element} T @param {ParentNode} root @param {string} selector @param {new () => T} type @returns {T[]} */
  const every = (root, selector, type) => /** @type {T[]} */ ([...root.querySelectorAll(selector)].filter((found) => found instanceof type));

  /** The field of a pick's weight. @param {HTMLInputElement} box */
  const weightField = (box) => {
    const field = box.closest(".choose-pick")?.querySelector(".choose-weight");
    return field instanceof HTMLInputElement ? field : null;
  };

  /** Show what a pick counts beside it; the field goes with the pick. @param {HTMLInputElement} box @param {number} weight */
  const showWeight = (box, weight) => {
    const shown = weightField(box);
    if (!box.checked) shown?.remove();
    else if (!shown) {
      const attributes = { class: "choose-weight", type: "text", inputmode: "decimal", autocomplete: "off", value: String(weight), "aria-label": `Weight of ${box.dataset.name}` };
      box.closest(".choose-pick")?.append(site.make("input", attributes));
    } else if (weightOf(shown.value) !== weight) shown.value = String(weight);
  };

  /** @type {Site["wishes"]["form"]} */
  const form = (element) => {
    const boxes = every(element, "input[data-pick]", HTMLInputElement);
    const amounts = every(element, "input[data-amount]", HTMLInputElement);
    const lists = every(element, "input[data-one-of]", HTMLInputElement);
    const variants = every(element, "button[data-variant]", HTMLButtonElement);
    /** The field that is being typed in. @type {HTMLInputElement | null} */
    let typing = null;

    /** @param {string} key */
    const amount = (key) => amountOf(amounts.find((field) => field.dataset.amount === key)?.value ?? "");
    /** @param {string} key */
    const chosen = (key) => lists.filter((box) => box.dataset.oneOf === key && box.checked).map((box) => box.value);
    /** @param {string | undefined} variant */
    const press = (variant) => variants.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.variant === variant)));

    return {
      read: () => ({
        picks: boxes
          .filter((box) => box.checked)
          .map((box) => ({ kind: box.dataset.pick ?? "", key: box.value, weight: weightOf(weightField(box)?.value ?? "") || 1 })),
        variant: variants.find((button) => button.getAttribute("aria-pressed") === "true")?.dataset.variant ?? element.dataset.only ?? "",
        size: amount("size"), price: amount("price"), margin: amount("margin"),
        license: chosen("license"), developer: chosen("developer"),
      }),

      write(wish) {
        for (const box of boxes) {
          const pick = wish.picks.find(({ kind, key }) => kind === box.dataset.pick && key === box.value);
          box.checked = pick !== undefined;
          showWeight(box, pick?.weight ?? 1);
        }
        for (const field of amounts) {
          const key = AMOUNTS.find((name) => name === field.dataset.amount);
          field.value = String((key && wish[key]) ?? "");
        }
        for (const box of lists) box.checked = LISTS.some((key) => key === box.dataset.oneOf && wish[key].includes(box.value));
        press(wish.variant);
        for (const group of every(element, "details", HTMLDetailsElement)) group.open ||= group.querySelector("input:checked") !== null;
      },

      faults() {
        const weights = every(element, ".choose-weight", HTMLInputElement);
        /** @param {HTMLInputElement} field */
        const isWrong = (field) => field !== typing && field.value.trim() !== "" && (weights.includes(field) ? weightOf : amountOf)(field.value) === null;
        for (const field of [...weights, ...amounts]) field.setAttribute("aria-invalid", String(isWrong(field)));
        return [
          ...weights.filter(isWrong).map(({ value }) => `Weight \u201c${value}\u201d is not a number above 0; it counts as 1.`),
          ...amounts.filter(isWrong).map(({ value }) => `\u201c${value}\u201d is not a number of 0 or more and is left out.`),
        ];
      },

      listen(changed) {
        element.addEventListener("input", ({ target }) => {
          if (!(target instanceof HTMLInputElement) || target.type === "search") return;
          if (target.dataset.pick) showWeight(target, 1);
          const goesOn = target === typing;
          typing = target.type === "text" ? target : null;
          changed(goesOn);
        });
        element.addEventListener("change", ({ target }) => {
          if (target !== typing) return;
          typing = null;
          changed(true);
        });
        element.addEventListener("submit", (event) => event.preventDefault());
        for (const button of variants) {
          button.addEventListener("click", () => {
            press(button.dataset.variant);
            changed(false);
          });
        }
      },
    };
  };

  // --- in the line above the answer -------------------------------------------------------------------

  /** @type {Site["wishes"]["pickedLine"]} */
  const pickedLine = (line, board, remove) => {
    const [text, chips] = [line.querySelector("[data-choose-picked]"), line.querySelector("[data-choose-chips]")];

    /** @param {TaskPick} pick */
    const nameOf = ({ kind, key }) => (kind === "category" ? key : (board.tasks.find((task) => task.id === key)?.link[0] ?? key));

    /** @param {TaskPick} pick */
    const chip = (pick) => {
      const weight = pick.weight === 1 ? "" : ` \u00d7 ${quantity(pick.weight)}`;
      const button = site.make("button", { type: "button", class: "choose-chip" }, site.make("span", { class: "unseen" }, "Remove "), nameOf(pick) + weight);
      button.addEventListener("click", () => {
        remove(pick);
        // The button is gone: the next one, or the line itself, is where the keyboard goes on.
        (chips?.querySelector("button") ?? line).focus();
      });
      return button;
    };

    return (wish) => {
      if (text instanceof HTMLElement) text.hidden = wish.picks.length > 0;
      chips?.replaceChildren(...wish.picks.map(chip));
    };
  };

  // --- as a question ------------------------------------------------------------------------------------

  /** What limits are about, model by model. @param {ChooseBoard} board @returns {Record<Limit, (string | number | null)[]>} */
  const factsOf = ({ models, prices }) => ({
    size: models.map((model) => model.parameters_b), price: prices,
    license: models.map((model) => model.license), developer: models.map((model) => model.developer),
  });

  /** What each task counts: its picks, and its share of its category's; 1 where nothing is picked. @param {ChooseBoard} board @param {Wish} wish */
  const weightsOf = (board, { picks }) => {
    if (!picks.length) return board.tasks.map(() => 1);
    const weights = board.tasks.map(() => 0);
    for (const { kind, key, weight } of picks) {
      const places = board.tasks.flatMap((task, t) => ((kind === "task" ? task.id : task.category) === key ? [t] : []));
      for (const t of places) weights[t] += weight / places.length;
    }
    return weights;
  };

  /** @type {Site["wishes"]["question"]} */
  const question = (board, wish) => {
    const facts = factsOf(board);
    /** @type {Map<Limit, boolean[]>} */
    const limits = new Map();
    /** @param {Limit} limit @param {(fact: string | number) => boolean} isWithin */
    const add = (limit, isWithin) => limits.set(limit, facts[limit].map((fact) => fact !== null && isWithin(fact)));
    const { size, price } = wish;
    if (size !== null) add("size", (fact) => Number(fact) <= size);
    if (price !== null) add("price", (fact) => Number(fact) <= price);
    for (const key of LISTS) if (wish[key].length) add(key, (fact) => wish[key].includes(String(fact)));
    return { weights: weightsOf(board, wish), variant: wish.variant, limits, margin: wish.margin };
  };

  /** @type {Site["wishes"]["leftOut"]} */
  const leftOut = (board, choice, limit) => {
    const models = choice.leftOut.get(limit);
    if (!models) return "";
    const n = models.filter((m) => factsOf(board)[limit][m] === null).length;
    return `Leaves out ${models.length} of ${counted(choice.ranked, "ranked model")}${n ? `, ${n} ${UNKNOWN[limit]}` : ""}.`;
  };

  site.wishes = { empty, address, form, pickedLine, question, leftOut };
})();
// Finds tasks by their name in the form; what is found is shown, whatever group it is in.
(() => {
  const field = document.querySelector("[data-choose-find]");
  if (!(field instanceof HTMLInputElement)) return;
  const groups = site.elements("[data-choose-group]").map((group) => ({
    group,
    details: group.querySelector("details"),
    category: (group.querySelector("[data-pick=category]")?.getAttribute("data-name") ?? "").toLowerCase(),
    rows: [...group.querySelectorAll("li")].map((row) => ({ row, name: (row.textContent ?? "").toLowerCase() })),
  }));

  field.addEventListener("input", () => {
    const sought = field.value.trim().toLowerCase();
    let n = 0;
    for (const { group, details, category, rows } of groups) {
      const isCategory = category.includes(sought);
      for (const { row, name } of rows) row.hidden = !isCategory && !name.includes(sought);
      const found = rows.filter(({ row }) => !row.hidden).length;
      group.hidden = found === 0;
      if (details) details.open = sought !== "" || group.querySelector("li input:checked") !== null;
      n += found;
    }
    site.say(sought ? `${site.format.counted(n, "task")} found.` : "");
  });
})();
