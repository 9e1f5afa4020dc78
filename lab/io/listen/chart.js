// The curves of a listener or of a class: words understood against loss, and ESTOI beside them, with a table of the
// same. A cell is one condition: {transport, recover, loss, burst, delay, jitter, bitrate, keywords, right, estoi}, and
// for a class also low and high, the ends of the interval. Series differ in colour, dashes and marks.
const chart = (function () {
  const NAMES = ["recover", "burst", "delay", "jitter", "bitrate"]; // besides transport and loss
  const DASHES = ["", "9 4", "2 4", "12 4 2 4", "6 3", "4 2 1 2"];
  const TOP = 14, BOTTOM = 44, LEFT = 50, RIGHT = 14;

  function element(parent, name, attributes, text) {
    const svg = name.startsWith("svg:");
    const e = svg ? document.createElementNS("http://www.w3.org/2000/svg", name.slice(4)) : document.createElement(name);
    for (const key in attributes || {}) e.setAttribute(key, attributes[key]);
    if (text !== undefined) e.textContent = text;
    parent.appendChild(e);
    return e;
  }

  function fill(template, ...values) {
    return template.replace(/\{(\d)\}/g, (whole, n) => values[n]);
  }

  // What is the same for all of one transport is not named.
  function nameOf(cell, cells, say) {
    const like = cells.filter((other) => other.transport === cell.transport);
    const differing = NAMES.filter((name) => like.some((other) => other[name] !== cell[name]));
    const words = differing.map((name) => fill(say["name_" + name], cell[name]));
    return [cell.transport.toUpperCase()].concat(words).join(", ");
  }

  function seriesOf(cells, say) {
    const series = new Map();
    for (const cell of cells) {
      const name = nameOf(cell, cells, say);
      if (!series.has(name)) series.set(name, { name: name, cells: [] });
      series.get(name).cells.push(cell);
    }
    const list = Array.from(series.values());
    for (const s of list) s.cells.sort((a, b) => a.loss - b.loss);
    return list;
  }

  const share = (cell) => (cell.keywords ? cell.right / cell.keywords : 0);

  function mark(svg, n, x, y, hollow) {
    const shapes = [
      "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z", "M-5 -5h10v10h-10z", "M0 -6.5L6 5H-6z", "M0 -6.5L6.5 0L0 6.5L-6.5 0z",
      "M0 6.5L6 -5H-6z", "M-6 -2h4v-4h4v4h4v4h-4v4h-4v-4h-4z",
    ];
    element(svg, "svg:path", {
      d: shapes[n % shapes.length], transform: "translate(" + x + " " + y + ")",
      class: (hollow ? "hollow c" : "full c") + (n % 6),
    });
  }

  function axes(svg, size, most, x, y, say) {
    for (let percent = 0; percent <= 100; percent += 20) {
      element(svg, "svg:path", { d: "M" + LEFT + " " + y(percent / 100) + "H" + (size.width - RIGHT), class: "grid" });
      element(svg, "svg:text", { x: LEFT - 8, y: y(percent / 100) + 5, "text-anchor": "end" }, String(percent));
    }
    const step = [1, 2, 5, 10, 20, 25].find((s) => most / s <= size.width / 60) || 50;
    for (let loss = 0; loss <= most; loss += step) {
      element(svg, "svg:path", { d: "M" + x(loss) + " " + y(0) + "v5", class: "axis" });
      element(svg, "svg:text", { x: x(loss), y: y(0) + 21, "text-anchor": "middle" }, String(loss));
    }
    element(svg, "svg:path", { d: "M" + LEFT + " " + TOP + "V" + y(0) + "H" + (size.width - RIGHT), class: "axis" });
    element(svg, "svg:text", { x: (LEFT + size.width - RIGHT) / 2, y: size.height - 4, "text-anchor": "middle" }, say.axis_loss);
    element(svg, "svg:text", {
      x: 0, y: 0, "text-anchor": "middle", transform: "translate(13 " + (TOP + y(0)) / 2 + ") rotate(-90)",
    }, say.axis_share);
  }

  function line(svg, points, attributes) {
    element(svg, "svg:polyline", Object.assign({ points: points.map((p) => p.join(",")).join(" ") }, attributes));
  }

  function drawOne(svg, series, n, count, x, y) {
    const shift = (n - (count - 1) / 2) * 7; // so that intervals do not hide each other
    const at = (cell) => x(cell.loss) + shift;
    for (const cell of series.cells)
      if (cell.low !== undefined)
        element(svg, "svg:path", {
          d: "M" + at(cell) + " " + y(cell.low) + "V" + y(cell.high) + "m-4 0h8M" + (at(cell) - 4) + " " + y(cell.low) + "h8",
          class: "bar c" + (n % 6),
        });
    line(svg, series.cells.map((cell) => [at(cell), y(Math.max(0, cell.estoi))]), { class: "estoi c" + (n % 6) });
    line(svg, series.cells.map((cell) => [at(cell), y(share(cell))]), {
      class: "curve c" + (n % 6), "stroke-dasharray": DASHES[n % DASHES.length],
    });
    for (const cell of series.cells) {
      mark(svg, n, at(cell), y(Math.max(0, cell.estoi)), true);
      mark(svg, n, at(cell), y(share(cell)), false);
    }
  }

  function draw(place, cells, say) {
    const list = seriesOf(cells, say);
    const width = Math.max(280, Math.min(760, place.clientWidth || 600));
    const size = { width: width, height: Math.round(Math.max(260, width * 0.58)) };
    const most = Math.max(5, ...cells.map((cell) => cell.loss));
    const inner = size.width - LEFT - RIGHT - 40;
    const x = (loss) => LEFT + 20 + (loss / most) * inner;
    const y = (part) => TOP + (1 - part) * (size.height - TOP - BOTTOM);
    place.textContent = "";
    const svg = element(place, "svg:svg", {
      viewBox: "0 0 " + size.width + " " + size.height, width: size.width, height: size.height, role: "img", class: "chart",
      "aria-label": say.chart_alt,
    });
    axes(svg, size, most, x, y, say);
    list.forEach((series, n) => drawOne(svg, series, n, list.length, x, y));
    const legend = element(place, "ul", { class: "legend" });
    list.forEach((series, n) => {
      for (const hollow of [false, true]) {
        const item = element(legend, "li");
        const key = element(item, "svg:svg", { viewBox: "0 0 44 16", width: 44, height: 16, "aria-hidden": "true" });
        line(key, [[2, 8], [42, 8]], {
          class: (hollow ? "estoi" : "curve") + " c" + (n % 6), "stroke-dasharray": hollow ? "" : DASHES[n % 6],
        });
        mark(key, n, 22, 8, hollow);
        element(item, "span", {}, fill(hollow ? say.legend_estoi : say.legend_words, series.name));
      }
    });
  }

  function table(place, cells, say) {
    const percent = (part) => (100 * part).toFixed(0) + "\u00a0%";
    const list = seriesOf(cells, say);
    const whole = cells.some((cell) => cell.low !== undefined);
    place.textContent = "";
    const t = element(place, "table");
    element(t, "caption", {}, say.table_caption);
    const head = element(element(t, "thead"), "tr");
    const titles = [say.column_series, say.column_loss, say.column_words, whole ? say.column_interval : null, say.column_estoi];
    for (const title of titles) if (title) element(head, "th", { scope: "col" }, title);
    const body = element(t, "tbody");
    for (const series of list)
      for (const cell of series.cells) {
        const row = element(body, "tr");
        element(row, "th", { scope: "row" }, series.name);
        element(row, "td", {}, cell.loss + "\u00a0%");
        element(row, "td", {}, fill(say.words_of, cell.right, cell.keywords, percent(share(cell))));
        if (whole) element(row, "td", {}, (100 * cell.low).toFixed(0) + "–" + percent(cell.high));
        element(row, "td", {}, cell.estoi.toFixed(2));
      }
  }

  // Draws again when the screen turns.
  function show(place, cells, say) {
    draw(place, cells, say);
    addEventListener("resize", () => draw(place, cells, say));
  }

  return { show: show, table: table, fill: fill, element: element };
})();
