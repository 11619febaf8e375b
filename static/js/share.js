// The share menu of a chart: its picture with title, source and release, a link to it, the code that embeds it, and its numbers.
(() => {
  const { source = "", from = "", numbers = "" } = document.currentScript instanceof HTMLScriptElement ? document.currentScript.dataset : {};
  const SVG = "http://www.w3.org/2000/svg";
  const [WIDTH, PAD, SCALE] = [1000, 24, 2];
  /** A slide of 1920 x 1080 px, and what its texts leave at least for a chart. */
  const [SLIDE_WIDTH, SLIDE_HEIGHT, SLIDE_ROOM] = [1920 / SCALE, 1080 / SCALE, 390];
  // Turned names of columns need this room each, beside that of the names of rows.
  const [COLUMN, BESIDE] = [20, 420];
  /** Of each kind of text: weight, size and line height in px, colour token, room below. @type {Record<string, [number, number, number, string, number]>} */
  const STYLES = { title: [650, 18, 24, "--ink", 6], caption: [400, 13, 18, "--soft", 12], source: [400, 11, 16, "--soft", 0] };

  /** @type {Site["svg"]["draw"]} */
  const draw = (name, attributes, ...content) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    element.append(...content);
    return element;
  };

  /** A word in parts that fit, after a mark where it has one. @param {string} word @param {(part: string) => boolean} fits @returns {string[]} */
  const broken = (word, fits) => {
    let length = word.length;
    while (length > 1 && !fits(word.slice(0, length))) length -= 1;
    if (length === word.length) return [word];
    const end = word.slice(0, length).search(/[-/_][^-/_]*$/) + 1 || length;
    return [word.slice(0, end), ...broken(word.slice(end), fits)];
  };

  /** @type {CanvasRenderingContext2D | null | undefined} */
  let pen;
  /** @type {Site["svg"]["wrapped"]} */
  const wrapped = (text, font, width) => {
    pen ??= document.createElement("canvas").getContext("2d");
    if (!pen) return [text];
    pen.font = font;
    const fits = (/** @type {string} */ part) => Number(pen?.measureText(part).width) <= width;
    const lines = [""];
    for (const word of text.split(/\s+/)) {
      const longer = `${lines[lines.length - 1]} ${word}`.trim();
      if (fits(longer)) lines[lines.length - 1] = longer;
      else lines.push(...broken(word, fits));
    }
    return lines.filter(Boolean);
  };

  /**
   * Texts one below the other, and where they end.
   * @param {[kind: string, text: string][]} texts @param {string} family @param {number} width @param {number} top
   */
  const textsBelow = (texts, family, width, top) => {
    const elements = [];
    for (const [kind, text] of texts) {
      const [weight, size, height, colour, below] = STYLES[kind];
      const lines = wrapped(text, `${weight} ${size}px ${family}`, width);
      for (const line of lines) {
        top += height;
        const attributes = { x: PAD, y: top - 0.3 * height, fill: site.colour(colour), "font-family": family, "font-size": size, "font-weight": weight };
        elements.push(draw("text", attributes, line));
      }
      if (lines.length) top += below;
    }
    return { elements, bottom: top };
  };

  /** Whether a range of a font has a letter of a text. @param {string} range @param {string} text */
  const hasLetters = (range, text) => {
    const parts = [...range.matchAll(/U\+([0-9A-F]+)(?:-([0-9A-F]+))?/gi)].map(([, from, to = from]) => [parseInt(from, 16), parseInt(to, 16)]);
    return parts.length === 0 || [...text].some((letter) => parts.some(([from, to]) => from <= Number(letter.codePointAt(0)) && Number(letter.codePointAt(0)) <= to));
  };

  /** @param {string} url */
  const asDataUrl = async (url) => {
    const blob = await (await fetch(url)).blob();
    return new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result);
      reader.readAsDataURL(blob);
    });
  };

  /** The fonts of a text, within the picture: a picture sees none of the page's. @param {string} family @param {string} text */
  const fontRules = async (family, text) => {
    const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) => /** @type {const} */ ([rule, sheet.href ?? ""])));
    const embedded = rules.map(async ([rule, base]) => {
      if (!(rule instanceof CSSFontFaceRule)) return "";
      const [, url] = /url\("([^"]+)"\)/.exec(rule.cssText) ?? [];
      const name = rule.style.getPropertyValue("font-family").replaceAll('"', "");
      if (!url || !family.split(/,\s*/).includes(name) || !hasLetters(rule.style.getPropertyValue("unicode-range"), text)) return "";
      return rule.cssText.replace(url, await asDataUrl(new URL(url, base).href));
    });
    return (await Promise.all(embedded)).join("\n");
  };

  /** The place of a chart on the site. @param {HTMLElement} figure */
  const linkTo = (figure) => `${location.href.replace(/#.*/, "")}#${figure.id}`;

  /** What a chart shows, without the texts around it. @param {HTMLElement} figure @param {number} wide @param {number} least height @returns {Promise<Picture>} */
  const chartPicture = async (figure, wide, least) => {
    const plot = figure.querySelector("[data-chart]");
    if (!(plot instanceof HTMLElement)) throw new Error(site.text("share.no_chart"));
    const text = (/** @type {string} */ selector) => (figure.querySelector(selector)?.textContent ?? "").replace(/\s+/g, " ").trim();
    const Plotly = await site.charts.library();
    const { data, layout } = site.charts.figure(plot, wide);
    layout.height = Math.max(layout.height, least);
    if (layout.xaxis?.tickangle && layout.xaxis.ticktext) layout.width = Math.max(layout.width, BESIDE + COLUMN * layout.xaxis.ticktext.length);
    const { width, height } = layout;
    const inner = await Plotly.toImage({ data, layout }, { format: "svg", width, height, imageDataOnly: true });
    return { title: text(".chart-title"), caption: text(".chart-caption"), inner, width, height };
  };

  /** A chart or the matrix as a picture that stands alone; as a slide it has the size of one, and what is larger becomes smaller. @param {HTMLElement} figure @param {boolean} isSlide */
  const pictureOf = async (figure, isSlide) => {
    const { family } = site.chartTemplate.layout.font;
    const wide = (isSlide ? SLIDE_WIDTH : WIDTH) - 2 * PAD;
    const drawn = figure.matches("[data-matrix]") ? site.matrixPicture(figure, family, wide) : await chartPicture(figure, wide, isSlide ? SLIDE_ROOM : 0);
    const width = isSlide ? SLIDE_WIDTH : drawn.width + 2 * PAD;

    const head = textsBelow([["title", drawn.title], ["caption", drawn.caption]], family, width - 2 * PAD, PAD);
    const address = location.protocol === "file:" ? "" : linkTo(figure).replace(/^https?:\/\//, "");
    const footBelow = (/** @type {number} */ top) => textsBelow([["source", source], ["source", [from, address].filter(Boolean).join(" \u00b7 ")]], family, width - 2 * PAD, top);
    const room = isSlide ? SLIDE_HEIGHT - head.bottom - 12 - footBelow(0).bottom - PAD / 2 : drawn.height;
    const foot = footBelow(head.bottom + room + 12);
    const height = Math.ceil(foot.bottom + PAD / 2);

    const svg = draw("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
    const paper = site.colour("--paper");
    svg.append(draw("title", {}, drawn.title), draw("rect", { width, height, fill: paper }), ...head.elements, draw("g", {}), ...foot.elements);
    // Opened from the disk, a page may read neither its style sheets nor its fonts: the picture has the system's font.
    const fonts = await fontRules(family, svg.textContent + drawn.inner).catch(() => "");
    const outline = `:is(.textpoint, .annotation) text { paint-order: stroke; stroke: ${paper}; stroke-width: 3px; stroke-linejoin: round; }`;
    svg.prepend(draw("style", {}, `${fonts}\n${outline}`));
    const place = `x="${PAD}" y="${head.bottom}" width="${width - 2 * PAD}" height="${room}" viewBox="0 0 ${drawn.width} ${drawn.height}"`;
    const chart = `<svg xmlns="${SVG}" ${place}>${drawn.inner}</svg>`;
    return { text: new XMLSerializer().serializeToString(svg).replace("<g/>", () => chart), width, height };
  };

  /** @param {HTMLElement} figure @param {boolean} [isSlide] @returns {Promise<Blob>} */
  const pngOf = async (figure, isSlide = false) => {
    const { text, width, height } = await pictureOf(figure, isSlide);
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: SCALE * width, height: SCALE * height });
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error(site.text("share.too_large")))), "image/png"));
  };

  /** @param {HTMLElement} menu @param {HTMLElement} figure @param {Element} body */
  const fill = (menu, figure, body) => {
    const name = menu.dataset.share ?? "";
    const embedding = site.embedCode(menu);
    /** @param {string} text @param {(button: HTMLButtonElement) => unknown} act @param {string} [className] */
    const add = (text, act, className = "") => {
      const button = site.button(text, className);
      button.addEventListener("click", async () => {
        try {
          await act(button);
        } catch (error) {
          site.say(`${text}: ${site.errorText(error)}`);
        }
      });
      body.append(button);
    };
    add(site.text("share.copy_image"), (button) => site.copy(button, pngOf(figure)));
    add(site.text("share.png"), async () => site.save(`${name}.png`, await pngOf(figure)));
    add(site.text("share.slide"), async () => site.save(`${name}-slide.png`, await pngOf(figure, true)));
    add(site.text("share.svg"), async () => site.save(`${name}.svg`, new Blob([(await pictureOf(figure, false)).text], { type: "image/svg+xml" })));
    add(site.text("copy_link"), (button) => site.copy(button, linkTo(figure)));
    if (embedding) add(site.text("copy_embed_code"), (button) => site.copy(button, embedding), "as-published");
    // The numbers of a model's chart are in its file of the API, those of other charts in a folder of their page.
    const [format, href] = numbers.endsWith(".json") ? ["JSON", numbers] : ["CSV", `${numbers}${name}.csv`];
    body.append(site.make("a", { href, download: "", class: "as-published" }, site.text("share.data", { format })));
  };

  site.svg = { draw, wrapped };

  for (const menu of site.elements("details[data-share]")) {
    menu.addEventListener("toggle", () => {
      const figure = menu.closest("figure");
      const body = menu.querySelector(".menu-body");
      if (figure && body && !body.childElementCount) fill(menu, figure, body);
    });
  }
})();
