// SPDX-License-Identifier: GPL-2.0-or-later
// node report.js CHROMIUM PAGE: one browser, one check after the other; exits 1 when any fails.
"use strict";
const fs = require("fs");
const path = require("path");
const puppeteer = require("puppeteer-core");
const [chromium, file] = process.argv.slice(2);
const url = "file://" + path.resolve(file);
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
let failed = 0;

const check = (what, ok, detail) => {
	console.log((ok ? "ok      " : "FAILED  ") + what + (ok || detail === undefined ? "" : ": " + detail));
	failed += !ok;
};

const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

// A page whose complaints and requests are kept.
const open = async (browser, scripts = true) => {
	const page = await browser.newPage();
	page.complaints = [];
	page.requests = [];
	page.on("console", (message) => ["error", "warn"].includes(message.type()) && page.complaints.push(message.text()));
	page.on("pageerror", (error) => page.complaints.push(error.message));
	page.on("request", (request) => request.url() !== url && page.requests.push(request.url()));
	await page.setJavaScriptEnabled(scripts);
	await page.setBypassCSP(true); // for axe, which is put into the page
	await page.setViewport({ width: 1280, height: 900 });
	await page.goto(url);
	return page;
};

// Runs in the page: pixels that are not empty, per plot.
const inked = () => memrigReport.flatMap((cell) => cell.charts.map(({ plot, id }) => {
	const { width, height } = plot.ctx.canvas;
	const copy = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d", { willReadFrequently: true });
	copy.drawImage(plot.ctx.canvas, 0, 0);
	const { data } = copy.getImageData(0, 0, width, height);
	let ink = 0;
	for (let i = 3; i < data.length; i += 4)
		ink += data[i] > 0;
	return { id, ink };
}));

const checkDrawing = async (page) => {
	await settled(page);
	const figures = await page.$$eval(".chart", (all) => all.length);
	const plots = await page.evaluate(inked);
	check(`all ${figures} plots are there`, figures > 0 && plots.length === figures, plots.length);
	const blank = plots.filter(({ ink }) => ink < 500);
	check("no plot is blank", blank.length === 0, blank.map(({ id }) => id).join(" "));
	check("names in the page ran no script", await page.evaluate(() => window.harm === undefined));
};

const scales = (page, cell = 0) => page.evaluate((n) => memrigReport[n].charts.map(({ plot }) => [plot.scales.x.min, plot.scales.x.max]), cell);
const same = (all) => all.every(([min, max]) => min === all[0][0] && max === all[0][1]);

const checkZoom = async (page) => {
	const before = await scales(page);
	const over = await page.$(".chart .u-over");
	await over.scrollIntoView();
	const box = await over.boundingBox();
	await page.mouse.move(box.x + box.width * 0.3, box.y + 20);
	await page.mouse.down();
	await page.mouse.move(box.x + box.width * 0.6, box.y + 20, { steps: 5 });
	await page.mouse.up();
	await settled(page);
	const after = await scales(page);
	check("dragging zooms", after[0][1] - after[0][0] < 0.5 * (before[0][1] - before[0][0]), JSON.stringify(after[0]));
	check("all plots of the cell zoom together", same(after), JSON.stringify(after));
	check("other cells do not", JSON.stringify(await scales(page, 1)) === JSON.stringify(before));
	await page.mouse.click(box.x + box.width / 2, box.y + 20, { count: 2 });
	await settled(page);
	check("a double click shows all again", JSON.stringify(await scales(page)) === JSON.stringify(before));
};

const checkCursor = async (page) => {
	const box = await (await page.$(".chart .u-over")).boundingBox();
	await page.mouse.move(box.x + box.width * 0.5, box.y + 20);
	await settled(page);
	const at = await page.evaluate(() => memrigReport[0].charts.map(({ plot }) => plot.cursor.idx));
	check("the cursor is shared", at[0] > 0 && at.every((i) => i === at[0]), at.join(" "));
	const values = await page.$eval(".chart .legend .now", (now) => now.textContent);
	check("the legend has the value at the cursor", /\d/.test(values), values);
};

const checkKeyboard = async (page) => {
	const before = await scales(page);
	await page.focus(".tools input");
	await page.keyboard.press("ArrowRight");
	await settled(page);
	const told = await page.evaluate(() => ({
		at: memrigReport[0].charts.map(({ plot }) => plot.cursor.idx), moment: +document.querySelector(".tools input").value,
	}));
	check("the arrow keys move the cursor", told.at.every((i) => i === told.moment), JSON.stringify(told));
	await page.keyboard.press("Tab");
	await page.keyboard.press("Enter");
	await settled(page);
	const after = await scales(page);
	check("a key zooms", same(after) && after[0][1] - after[0][0] < 0.6 * (before[0][1] - before[0][0]), JSON.stringify(after[0]));
	await page.keyboard.press("Tab");
	await page.keyboard.press("Tab");
	await page.keyboard.press("Enter");
	await settled(page);
	check("a key shows all again", JSON.stringify(await scales(page)) === JSON.stringify(before));
};

const checkAccess = async (page) => {
	await page.evaluate(axe);
	for (const scheme of ["light", "dark"]) {
		await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
		await settled(page);
		const { violations } = await page.evaluate(() => axe.run());
		check(`axe-core finds nothing, ${scheme}`, violations.length === 0,
			violations.map((v) => `${v.id} (${v.nodes.length}): ${v.nodes[0].html.slice(0, 120)}`).join("; "));
		const blank = (await page.evaluate(inked)).filter(({ ink }) => ink < 500);
		check(`every plot is drawn, ${scheme}`, blank.length === 0);
	}
	await page.emulateMediaFeatures([]);
};

const checkNarrow = async (page) => {
	await page.setViewport({ width: 360, height: 740 });
	// The plots follow when the page has been told of it, a frame or more later.
	await page.waitForFunction(() => document.documentElement.scrollWidth <= 360, { timeout: 10000 }).catch(() => {});
	const width = await page.evaluate(() => document.documentElement.scrollWidth);
	check("a phone need not scroll sideways", width <= 360, width);
};

// What stands on each sheet: a sheet with nothing but a number of bytes for an empty one has no text and no drawing.
const checkPrint = async (page) => {
	await page.setViewport({ width: 1280, height: 900 });
	await page.emulateMediaType("print");
	const shown = await page.evaluate(() => ({
		drawings: [...document.querySelectorAll("svg.static")].every((svg) => svg.getClientRects().length > 0),
		plots: [...document.querySelectorAll(".live")].some((live) => live.getClientRects().length > 0),
	}));
	check("on paper the drawings stand in for the plots", shown.drawings && !shown.plots, JSON.stringify(shown));
	await page.emulateMediaType(null);
	const pdf = Buffer.from(await page.pdf({ format: "A4" })).toString("latin1");
	const sheets = (pdf.match(/\/Type\s*\/Page\b[^s]/g) || []).length;
	const lengths = [...pdf.matchAll(/\/Contents (\d+) 0 R/g)].map(([, id]) => {
		const at = pdf.indexOf("\n" + id + " 0 obj");
		return +(/\/Length (\d+)/.exec(pdf.slice(at, at + 200)) || [0, 0])[1];
	});
	check(`none of ${sheets} sheets is empty`, sheets > 1 && lengths.length === sheets && Math.min(...lengths) > 300,
		`${lengths.length} contents, least ${Math.min(...lengths)} bytes`);
};

const checkWithoutScripts = async (browser) => {
	const page = await open(browser, false);
	// The page's own scripts are off; the browser's protocol still looks.
	const root = await page.createCDPSession();
	const { result } = await root.send("Runtime.evaluate", {
		returnByValue: true,
		expression: `({
			drawings: [...document.querySelectorAll("svg.static")].filter((s) => s.getClientRects().length > 0).length,
			figures: document.querySelectorAll(".chart").length,
			lines: [...document.querySelectorAll("svg.static .line")].every((l) => l.getBBox().width > 0),
			tables: [...document.querySelectorAll(".overview td")].every((t) => t.getClientRects().length > 0),
			canvas: document.querySelectorAll("canvas, .tools").length })`,
	});
	const seen = result.value;
	check("without scripts drawings and tables are there",
		seen.figures > 0 && seen.drawings === seen.figures && seen.lines && seen.tables && seen.canvas === 0, JSON.stringify(seen));
	await page.close();
};

(async () => {
	const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
	try {
		const page = await open(browser);
		await checkDrawing(page);
		await checkZoom(page);
		await checkCursor(page);
		await checkKeyboard(page);
		await checkAccess(page);
		await checkNarrow(page);
		await checkPrint(page);
		check("the console is quiet", page.complaints.length === 0, page.complaints.join("; "));
		check("no request leaves the page", page.requests.length === 0, page.requests.join(" "));
		await checkWithoutScripts(browser);
	} finally {
		await browser.close();
	}
	process.exit(failed ? 1 : 0);
})().catch((error) => {
	console.error(error);
	process.exit(1);
});
