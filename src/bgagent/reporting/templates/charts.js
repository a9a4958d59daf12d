"use strict";
// equity, drawdown and price to zoom and to point at, in place of the still drawings; times linked within a run
const source = document.getElementById("chart-data");
const given = source ? JSON.parse(source.textContent) : { runs: [] };
for (const run of given.runs) for (const name of ["times", "open", "high", "low", "close", "held"]) run[name] ??= given.runs[0][name];
const { createChart, createSeriesMarkers, CandlestickSeries, LineSeries, AreaSeries, BaselineSeries, PriceScaleMode, LineStyle, LineType } = LightweightCharts;
const COLOURS = ["--one", "--two", "--three", "--four", "--five", "--six"];
const STYLES = [LineStyle.Solid, LineStyle.Dashed, LineStyle.Dotted, LineStyle.LargeDashed, LineStyle.SparseDotted, LineStyle.Solid];
const MOST_LANES = 4;
const drawn = [];
const byRun = new Map();

const colour = (box, name) => getComputedStyle(box).getPropertyValue(name).trim();
const amount = new Intl.NumberFormat(given.language, { maximumFractionDigits: 0 });
const exact = (decimals) => new Intl.NumberFormat(given.language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
const points = (run, values) => run.times.map((time, bar) => (values[bar] === null ? { time } : { time, value: values[bar] }));
const intraday = (run) => run.times.length > 1 && run.times.some((time) => time % 86400 !== 0);

function open(box, run, height) {
  const chart = createChart(box, {
    autoSize: true,
    height,
    localization: { locale: given.language, dateFormat: "yyyy-MM-dd" },
    layout: { attributionLogo: true, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12, panes: { enableResize: false } },
    timeScale: { timeVisible: intraday(run), minBarSpacing: 0.01, rightOffset: 0 },
    handleScale: { mouseWheel: false, axisPressedMouseMove: true, pinch: true },
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    kineticScroll: { touch: true },
  });
  const entry = { box, chart, run, paint: [] };
  drawn.push(entry);
  entry.paint.push(() => chart.applyOptions({
    layout: {
      background: { color: colour(box, "--ground") }, textColor: colour(box, "--soft"),
      panes: { separatorColor: colour(box, "--rule"), separatorHoverColor: colour(box, "--rule") },
    },
    grid: { vertLines: { color: colour(box, "--rule") }, horzLines: { color: colour(box, "--rule") } },
    rightPriceScale: { borderColor: colour(box, "--rule"), entireTextOnly: true },
    timeScale: { borderColor: colour(box, "--rule") },
  }));
  return entry;
}

function addLine(entry, values, name, { paint, style = LineStyle.Solid, width = 2, pane = 0, format = (v) => amount.format(v) }) {
  const series = entry.chart.addSeries(LineSeries, {
    lineWidth: width, lineStyle: style, lastValueVisible: false, priceLineVisible: false,
    crosshairMarkerRadius: 3, priceFormat: { type: "custom", formatter: format, minMove: 0.000001 },
  }, pane);
  series.setData(points(entry.run, values));
  entry.paint.push(() => series.applyOptions({ color: colour(entry.box, paint) }));
  (entry.legend ||= []).push({ series, name, paint, format });
  return series;
}

function scaleFor(series, values) {
  const seen = values.filter((value) => value !== null);
  const [low, high] = seen.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
  if (low > 0 && high / low >= 8) series.priceScale().applyOptions({ mode: PriceScaleMode.Logarithmic });
}

function equity(box, runs) {
  const entry = open(box, runs[0], 420);
  const lines = runs.map((run, number) => addLine({ ...entry, run, legend: undefined, paint: entry.paint }, run.equity, run.label, {
    paint: COLOURS[number % 6], style: STYLES[number % 6],
  }));
  entry.legend = runs.map((run, number) => ({ series: lines[number], name: run.label, paint: COLOURS[number % 6], format: (v) => amount.format(v) }));
  if (runs[0].paid.length) addLine(entry, runs[0].paid, given.words["Paid in"], { paint: "--ink", style: LineStyle.Dotted, width: 1 });
  if (runs[0].held.length) addLine(entry, runs[0].held, runs[0].benchmark, { paint: "--rest", style: LineStyle.Dashed, width: 1 });
  if (!runs[0].paid.length) scaleFor(lines[0], runs.flatMap((run) => run.equity).concat(runs[0].held));
  const fall = entry.chart.addSeries(BaselineSeries, {
    baseValue: { type: "price", price: 0 }, lineWidth: 1, lastValueVisible: false, priceLineVisible: false,
    priceFormat: { type: "custom", formatter: (v) => exact(1).format(v) + "%", minMove: 0.01 },
  }, 1);
  fall.setData(points(runs[0], runs[0].drawdown));
  // a pane that is made later takes over the scale of the first one
  fall.priceScale().applyOptions({ mode: PriceScaleMode.Normal, scaleMargins: { top: 0.08, bottom: 0.08 } });
  entry.paint.push(() => {
    const red = colour(box, "--fall");
    fall.applyOptions({
      topLineColor: red, topFillColor1: red + "00", topFillColor2: red + "00",
      bottomLineColor: red, bottomFillColor1: red + "2e", bottomFillColor2: red + "2e",
    });
  });
  entry.legend.push({ series: fall, name: given.words.Drawdown, paint: "--fall", format: (v) => exact(2).format(v) + "%" });
  entry.chart.panes()[1].setStretchFactor(0.4);
  entry.main = lines[0];
  entry.values = runs[0].equity;
  return entry;
}

function price(box, run) {
  const below = Math.max(0, ...run.overlays.map((line) => line.pane));
  const entry = open(box, run, 380 + 90 * below);
  const format = (value) => exact(run.shown).format(value);
  const candles = entry.chart.addSeries(CandlestickSeries, {
    lastValueVisible: false, priceLineVisible: false, borderVisible: false,
    priceFormat: { type: "custom", formatter: format, minMove: 10 ** -run.decimals },
  });
  candles.setData(run.times.map((time, bar) => ({ time, open: run.open[bar], high: run.high[bar], low: run.low[bar], close: run.close[bar] })));
  entry.paint.push(() => {
    const up = colour(box, "--rise"), down = colour(box, "--fall");
    candles.applyOptions({ upColor: up, wickUpColor: up, downColor: down, wickDownColor: down });
  });
  entry.legend = [{ series: candles, name: run.symbol, paint: "--ink", format }];
  scaleFor(candles, run.close);
  run.overlays.forEach((line, number) => addLine(entry, line.values, line.name, {
    paint: COLOURS[number % 6], width: 1, style: STYLES[number % 6], pane: line.pane, format,
  }));
  for (let pane = 1; pane <= below; pane++) {
    entry.chart.panes()[pane].setStretchFactor(0.25);
    entry.chart.priceScale("right", pane).applyOptions({ mode: PriceScaleMode.Normal });
  }
  stops(entry, run.trades, format);
  const markers = createSeriesMarkers(candles, []);
  entry.paint.push(() => markers.setMarkers(marks(box, run)));
  entry.main = candles;
  entry.values = run.close;
  entry.levels = [];
  return entry;
}

function holdings(box, run) {
  const entry = open(box, run, 380);
  const format = (value) => exact(1).format(value) + "%";
  entry.legend = [];
  if (!run.stacked) {
    run.bands.forEach((band) => addLine(entry, band.values, band.name, { paint: "--" + paintOf(band), width: 2, format }));
  } else {
    const sums = run.times.map(() => 0);
    const tops = run.bands.map((band) => band.values.map((value, bar) => (sums[bar] += value)));
    // the tallest first, each next one is drawn over it
    [...run.bands.keys()].reverse().forEach((number) => {
      const band = run.bands[number], paint = "--band-" + band.look;
      const series = entry.chart.addSeries(AreaSeries, {
        lineWidth: 1, lastValueVisible: false, priceLineVisible: false, crosshairMarkerVisible: false,
        priceFormat: { type: "custom", formatter: format, minMove: 0.01 },
        autoscaleInfoProvider: (original) => {
          const found = original();
          return found && { ...found, priceRange: { minValue: 0, maxValue: Math.max(100, found.priceRange.maxValue) } };
        },
      });
      series.setData(points(run, tops[number]));
      entry.paint.push(() => {
        const fill = colour(box, paint);
        series.applyOptions({ topColor: fill, bottomColor: fill, lineColor: colour(box, "--ground") });
      });
      entry.legend.unshift({ series, name: band.name, paint, format, values: band.values });
    });
    entry.chart.priceScale("right").applyOptions({ scaleMargins: { top: 0.02, bottom: 0 } });
  }
  entry.main = entry.legend[0].series;
  entry.values = run.bands[0].values;
  entry.levels = [];
  entry.isShares = true;
  return entry;
}

// the price of one symbol of several, with its own trades; made when it is first asked for
function priceOf(shares, symbol) {
  const box = shares.box.cloneNode(false);
  box.setAttribute("aria-label", symbol);
  shares.all.after(box);
  const run = shares.run, values = run.prices[symbol];
  const entry = open(box, run, 380);
  const decimals = Math.min(...values) >= 10 ? 2 : Math.min(...values) >= 1 ? 4 : 6;
  entry.main = addLine(entry, values, symbol, { paint: "--rest", format: (v) => exact(decimals).format(v) });
  scaleFor(entry.main, values);
  stops(entry, run.trades.filter((trade) => trade.symbol === symbol), (v) => exact(decimals).format(v));
  const markers = createSeriesMarkers(entry.main, []);
  const own = { ...run, trades: run.trades.filter((trade) => trade.symbol === symbol) };
  entry.paint.push(() => markers.setMarkers(marks(box, own)));
  entry.values = values;
  entry.levels = [];
  entry.lead = () => {};
  entry.paint.forEach((paint) => paint());
  legend(entry);
  buttons(entry);
  showAll(entry);
  return entry;
}

function picker(shares) {
  const symbols = Object.keys(shares.run.prices);
  if (!symbols.length) return;
  const row = document.createElement("div"), made = new Map([["", shares]]), choices = new Map();
  row.className = "picker";
  shares.pick = (symbol) => {
    if (!made.has(symbol)) made.set(symbol, priceOf(shares, symbol));
    for (const [name, entry] of made) for (const part of [entry.box, entry.line, entry.all]) part.hidden = name !== symbol;
    for (const [name, button] of choices) button.setAttribute("aria-pressed", String(name === symbol));
    return made.get(symbol);
  };
  for (const [symbol, text] of [["", given.words["Shares of equity"]], ...symbols.map((symbol) => [symbol, symbol])]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", () => shares.pick(symbol));
    choices.set(symbol, button);
    row.append(button);
  }
  choices.get("").setAttribute("aria-pressed", "true");
  shares.line.before(row);
}

// the stops of all trades; those open at the same time lie in series of their own
function stops(entry, trades, format) {
  const lanes = [];
  for (const trade of trades) {
    if (!trade.stop.length) continue;
    const [begins, level] = trade.stop[0];
    let lane = lanes.find((each) => each.end < begins - 1);
    if (!lane && lanes.length < MOST_LANES) lanes.push(lane = { points: [], end: -2 });
    if (!lane) continue;
    lane.end = endOf(entry.run, trade);
    // the way from the level of the trade before is not drawn
    if (begins) lane.points.push({ time: entry.run.times[begins - 1], value: level, last: true });
    lane.points.push(...levels(entry.run, trade.stop, lane.end));
  }
  for (const { points } of lanes) {
    const series = entry.chart.addSeries(LineSeries, {
      lineWidth: 1, lineType: LineType.WithSteps, lastValueVisible: false, priceLineVisible: false, crosshairMarkerVisible: false,
      autoscaleInfoProvider: () => null, priceFormat: { type: "custom", formatter: format, minMove: 0.000001 },
    });
    entry.paint.push(() => {
      const red = colour(entry.box, "--fall");
      series.setData(points.map(({ last, ...point }) => ({ ...point, color: last ? "transparent" : red })));
    });
  }
  if (lanes.length) entry.legend.push({ series: null, name: given.words["Stop loss"], paint: "--fall", format });
}

const endOf = (run, trade) => Math.max(trade.out === null ? run.times.length - 1 : trade.out, ...trade.stop.slice(-1).map(([bar]) => bar));

function levels(run, steps, end) {
  const points = steps.map(([bar, value]) => ({ time: run.times[bar], value }));
  if (steps.at(-1)[0] < end) points.push({ time: run.times[end], value: steps.at(-1)[1] });
  points.at(-1).last = true;
  return points;
}

const paintOf = (band) => (band.look === "others" ? "rest" : band.look);

function marks(box, run) {
  const all = [];
  const crowded = run.trades.length > 60;
  for (const trade of run.trades) {
    const long = trade.side === "long";
    all.push({
      time: run.times[trade.in], position: long ? "belowBar" : "aboveBar", shape: long ? "arrowUp" : "arrowDown",
      color: colour(box, long ? "--rise" : "--two"), size: crowded ? 0.7 : 1.2,
    });
    if (trade.out === null) continue;
    const stopped = trade.why === "stop_loss" || trade.why === "trailing_stop" || trade.why === "ruin";
    all.push({
      time: run.times[trade.out], position: long ? "aboveBar" : "belowBar", shape: stopped ? "square" : "circle",
      color: colour(box, stopped ? "--fall" : trade.why === "take_profit" ? "--four" : "--ink"), size: crowded ? 0.6 : 1,
    });
  }
  return all.sort((one, other) => one.time - other.time);
}

function legend(entry) {
  const line = document.createElement("p");
  line.className = "legend";
  entry.box.before(line);
  entry.line = line;
  const write = (at) => {
    line.replaceChildren(...entry.legend.map(({ series, name, paint, format, values }) => {
      const item = document.createElement("span");
      const sign = document.createElement("i");
      sign.className = "sign" + paint.replaceAll("-", "_");
      const value = at && series ? at.seriesData.get(series) : null;
      let figure = value ? (value.close !== undefined ? value.close : value.value) : undefined;
      if (figure !== undefined && values) figure = values[at.logical];
      item.append(sign, name + (figure === undefined ? "" : ": " + format(figure)));
      return item;
    }));
    if (entry.run.together > 1) line.append(given.words["Each candle stands for {n} bars"].replace("{n}", entry.run.together));
  };
  write(null);
  entry.chart.subscribeCrosshairMove((at) => write(at && at.time !== undefined ? at : null));
}

function link(entries) {
  // only the chart in hand moves the others, or two of them would pull at each other
  const group = { leader: null };
  for (const one of entries) {
    one.lead = () => { group.leader = one; };
    for (const touched of ["pointerenter", "pointerdown", "focusin", "wheel"]) one.box.addEventListener(touched, one.lead, { passive: true });
    for (const other of entries) {
      if (one === other) continue;
      one.chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
        if (range && group.leader === one) other.chart.timeScale().setVisibleLogicalRange(range);
      });
      one.chart.subscribeCrosshairMove((at) => {
        if (!at.sourceEvent) return;
        if (at.time === undefined) other.chart.clearCrosshairPosition();
        else if (other.values[at.logical] !== undefined) other.chart.setCrosshairPosition(other.values[at.logical], at.time, other.main);
      });
    }
  }
}

function buttons(entry) {
  const all = document.createElement("button");
  all.type = "button";
  all.className = "all";
  all.textContent = given.words["Show all"];
  all.addEventListener("click", () => {
    entry.lead();
    showAll(entry);
  });
  entry.box.after(all);
  entry.all = all;
  entry.box.tabIndex = 0;
  entry.box.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(entry, event.deltaY > 0 ? 1.15 : 1 / 1.15);
  }, { passive: false });
  entry.box.addEventListener("keydown", (event) => {
    const scale = entry.chart.timeScale(), range = scale.getVisibleLogicalRange();
    if (!range) return;
    const step = (range.to - range.from) / 10;
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const by = event.key === "ArrowLeft" ? -step : step;
      scale.setVisibleLogicalRange({ from: range.from + by, to: range.to + by });
    } else if (event.key === "+" || event.key === "-") zoom(entry, event.key === "+" ? 1 / 1.25 : 1.25);
    else if (event.key === "Home" || event.key === "0") showAll(entry);
    else return;
    event.preventDefault();
  });
}

function showAll(entry) {
  const bars = entry.run.times.length, air = bars * 0.025; // so that the first and last dates of the axis are whole
  entry.chart.timeScale().setVisibleLogicalRange({ from: -air, to: bars - 1 + air });
}

function zoom(entry, factor) {
  const scale = entry.chart.timeScale(), range = scale.getVisibleLogicalRange();
  const middle = (range.from + range.to) / 2, half = Math.max(5, (range.to - range.from) / 2 * factor);
  scale.setVisibleLogicalRange({ from: middle - half, to: middle + half });
}

function show(chosen, number) {
  const symbol = chosen.run.trades[number].symbol;
  const entry = chosen.pick && chosen.run.prices[symbol] ? chosen.pick(symbol) : chosen;
  const trade = entry.run.trades[number];
  const last = trade.out === null ? entry.run.times.length - 1 : trade.out;
  entry.lead();
  const air = Math.max(12, (last - trade.in) * 0.6);
  const turn = () => entry.chart.timeScale().setVisibleLogicalRange({ from: trade.in - air, to: last + air });
  turn();
  // a chart that was hidden, or has just been made, takes its size with the next frame, and its range with it
  if (entry !== chosen) requestAnimationFrame(() => requestAnimationFrame(turn));
  for (const old of entry.levels) entry.chart.removeSeries(old);
  const target = trade.target === null ? [] : [[trade.in, trade.target]];
  entry.levels = entry.isShares ? [] : [[trade.stop, "--fall", "Stop loss"], [target, "--four", "Take profit"]].filter(([steps]) => steps.length).map(([steps, paint, name]) => {
    const series = entry.chart.addSeries(LineSeries, {
      color: colour(entry.box, paint), lineWidth: 2, lineStyle: LineStyle.Dashed, lineType: LineType.WithSteps, lastValueVisible: false,
      priceLineVisible: false, crosshairMarkerVisible: false, title: given.words[name],
    });
    series.setData(levels(entry.run, steps, endOf(entry.run, trade)).map(({ time, value }) => ({ time, value })));
    return series;
  });
  entry.box.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

for (const box of document.querySelectorAll("[data-chart]")) {
  const runs = box.dataset.run === "all" ? given.runs : [given.runs[Number(box.dataset.run)]];
  box.closest(".chart-block").classList.add("is-live");
  const entry = { price: () => price(box, runs[0]), holdings: () => holdings(box, runs[0]), equity: () => equity(box, runs) }[box.dataset.chart]();
  entry.paint.forEach((paint) => paint());
  legend(entry);
  buttons(entry);
  if (entry.isShares) picker(entry);
  showAll(entry);
  const group = byRun.get(box.dataset.run) || {};
  group[box.dataset.chart] = entry;
  byRun.set(box.dataset.run, group);
  box.dataset.drawn = "yes";
}
for (const group of byRun.values()) link(Object.values(group));
for (const table of document.querySelectorAll("table[data-run]")) {
  const group = byRun.get(table.dataset.run);
  const shown = group && (group.price || group.holdings);
  if (!shown) continue;
  for (const row of table.tBodies[0].rows) {
    const pick = () => {
      for (const other of table.querySelectorAll("tr[aria-current]")) other.removeAttribute("aria-current");
      row.setAttribute("aria-current", "true");
      show(shown, Number(row.dataset.trade));
    };
    row.tabIndex = 0;
    row.title = given.words["Show in the chart"];
    row.addEventListener("click", pick);
    row.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      pick();
    });
  }
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.forEach((entry) => entry.paint.forEach((paint) => paint())));
