// SPDX-License-Identifier: GPL-2.0-or-later
// Replaces the drawings of each cell's course by plots that can be zoomed; they share a cursor and the time they show.
(() => {
	"use strict";
	const dashes = [[], [7, 3], [2, 3], [9, 3, 2, 3]];
	const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
	const figures = (value) => value == null ? "–" : String(+value.toPrecision(3));

	// Lines at the marks, behind the data: a kill is solid, all else dashed.
	const drawMarks = (plot, marks) => {
		const { ctx, bbox } = plot, dpr = devicePixelRatio;
		let last = -Infinity;
		ctx.save();
		ctx.font = 11 * dpr + "px " + color("--font");
		ctx.textAlign = "center";
		for (const mark of marks) {
			const x = Math.round(plot.valToPos(mark.at, "x", true));
			if (x < bbox.left || x > bbox.left + bbox.width + 1)
				continue;
			ctx.beginPath();
			ctx.setLineDash(mark.bad ? [] : [3 * dpr, 3 * dpr]);
			ctx.lineWidth = (mark.bad ? 1.5 : 1) * dpr;
			ctx.strokeStyle = color(mark.bad ? "--bad" : "--quiet");
			ctx.moveTo(x, bbox.top);
			ctx.lineTo(x, bbox.top + bbox.height);
			ctx.stroke();
			if (x - last >= 9 * dpr && mark.letter !== " ") {
				ctx.fillStyle = color("--ink");
				ctx.fillText(mark.letter, x, bbox.top - 4 * dpr);
				last = x;
			}
		}
		ctx.restore();
	};

	const axis = (extra) => Object.assign({
		stroke: color("--quiet"), font: "11px " + color("--font"),
		grid: { stroke: color("--rule"), width: 1 }, ticks: { show: false },
	}, extra);

	// Ticks of a logarithmic scale: the powers of ten, and 2 and 5 times them where these are few.
	const powers = (low, high) => {
		const ticks = [];
		for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); e++)
			for (const factor of high / low < 50 ? [1, 2, 5] : [1])
				if (factor * 10 ** e >= low && factor * 10 ** e <= high)
					ticks.push(factor * 10 ** e);
		return ticks;
	};

	// The values at the cursor stand in the legend.
	const showValues = (plot) => {
		const now = plot.root.closest("figure").querySelectorAll(".legend .now");
		now.forEach((place, i) => {
			const at = plot.cursor.idx;
			place.textContent = at == null ? "" : figures(plot.data[i + 1][at]);
		});
	};

	const options = (cell, chart, width) => ({
		width, height: Math.max(170, Math.round(width * 0.34)),
		padding: [18, 8, 0, 0],
		legend: { show: false },
		cursor: { sync: { key: cell.key, scales: ["x", null] }, y: false, drag: { x: true, y: false }, points: { size: 6 } },
		scales: {
			x: { time: false },
			y: chart.log ? { distr: 3, range: (_, low, high) => [low * 0.8, high * 1.2] } : { range: (_, low, high) => [0, high > 0 ? high * 1.05 : 1] },
		},
		axes: [
			axis({ size: 28, values: (_, ticks) => ticks.map((v) => figures(v) + " s") }),
			axis({ size: 48, splits: chart.log ? (_, __, low, high) => powers(low, high) : undefined,
				values: (_, ticks) => ticks.map((v) => v == null ? "" : figures(v)) }),
		],
		series: [{}].concat(chart.labels.map((label, i) => ({
			label, stroke: color("--c" + i), width: 1.75, dash: dashes[i], points: { show: false },
			paths: chart.step ? uPlot.paths.stepped({ align: -1 }) : undefined,
		}))),
		hooks: {
			drawAxes: [(plot) => drawMarks(plot, cell.marks)],
			setCursor: [showValues],
			setScale: [(plot, scale) => {
				if (scale === "x")
					cell.zoom(plot.scales.x.min, plot.scales.x.max, plot);
			}],
		},
	});

	const draw = (cell) => {
		for (const chart of cell.charts) {
			const figure = document.getElementById(chart.id);
			const live = figure.querySelector(".live");
			if (chart.plot)
				chart.plot.destroy();
			figure.classList.add("drawn");
			chart.plot = new uPlot(options(cell, chart, live.clientWidth), [cell.x, ...chart.lines], live);
		}
	};

	// All plots of a cell show the same time; setting one sets the others, once.
	const makeZoom = (cell) => {
		let busy = false;
		cell.zoom = (min, max, from) => {
			if (busy || min == null)
				return;
			busy = true;
			for (const chart of cell.charts)
				if (chart.plot && chart.plot !== from)
					chart.plot.setScale("x", { min, max });
			busy = false;
		};
	};

	const button = (text, action) => {
		const made = document.createElement("button");
		made.type = "button";
		made.textContent = text;
		made.addEventListener("click", action);
		return made;
	};

	// What the mouse does, for the keyboard: a moment to look at, and the time around it.
	const makeTools = (cell, before) => {
		const tools = document.createElement("div"), label = document.createElement("label");
		const moment = document.createElement("input"), told = document.createElement("output");
		const first = cell.x[0], last = cell.x[cell.x.length - 1];
		const scale = () => cell.charts[0].plot.scales.x;
		const narrow = (factor) => {
			const half = (scale().max - scale().min) * factor / 2, at = cell.x[moment.value];
			const min = Math.max(first, Math.min(at - half, last - 2 * half));
			cell.charts[0].plot.setScale("x", { min, max: Math.min(last, min + 2 * half) });
		};
		moment.type = "range";
		moment.min = 0;
		moment.max = cell.x.length - 1;
		moment.value = Math.floor(cell.x.length / 2);
		const look = () => {
			told.textContent = cell.x[moment.value].toFixed(2) + " s";
			moment.setAttribute("aria-valuetext", told.textContent);
		};
		moment.addEventListener("input", () => {
			look();
			for (const { plot } of cell.charts)
				plot.setCursor({ left: plot.valToPos(cell.x[moment.value], "x"), top: 0 }, false), showValues(plot);
		});
		look();
		label.append("Moment", moment, told);
		tools.className = "tools";
		tools.setAttribute("role", "group");
		tools.setAttribute("aria-label", "Time shown in the charts of " + before.dataset.name);
		tools.append(label, button("Zoom in", () => narrow(0.5)), button("Zoom out", () => narrow(2)),
			button("All", () => cell.charts[0].plot.setScale("x", { min: first, max: last })));
		before.before(tools);
	};

	const cells = [];
	for (const charts of document.querySelectorAll(".charts")) {
		const data = charts.parentElement.querySelector("script.data");
		const cell = JSON.parse(data.textContent);
		cell.key = charts.dataset.cell;
		if (!cell.charts.length)
			continue;
		makeZoom(cell);
		for (const chart of cell.charts) {
			const live = document.createElement("div"), figure = document.getElementById(chart.id);
			const drawing = figure.querySelector("svg.static");
			live.className = "live";
			live.setAttribute("role", "img");
			live.setAttribute("aria-label", drawing.querySelector("title").textContent);
			drawing.after(live);
			figure.classList.add("drawn");
		}
		draw(cell);
		makeTools(cell, charts);
		cells.push(cell);
	}

	const again = () => cells.forEach(draw);
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
	let width = innerWidth, timer;
	addEventListener("resize", () => {
		if (innerWidth === width)
			return;
		width = innerWidth;
		clearTimeout(timer);
		timer = setTimeout(again, 150);
	});
	window.memrigReport = cells;
})();
