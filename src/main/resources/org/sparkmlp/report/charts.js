/*
 * What ECharts is to draw for a chart of org.sparkmlp.report.Chart. Runs in browsers and, for static pictures, in a
 * JavaScript engine without a document: no DOM here, and the syntax of 2009.
 */
var sparkMlpCharts = (function () {
  'use strict';

  var LIGHT = {
    text: '#3d4450', strong: '#14181f', line: '#c9ced6', grid: '#e8ebef', faint: '#b5bcc7', page: '#ffffff',
    neutral: '#eceff3',
    colours: ['#0072b2', '#d55e00', '#008f68', '#b0468c', '#9a7400', '#3a9bd9', '#7a5cc0', '#8c4a3c'],
    scale: ['#f2f7fb', '#c5dff0', '#7fb8dc', '#3182bd', '#0b4f8a']
  };
  var DARK = {
    text: '#b8c0cc', strong: '#eef1f5', line: '#454d59', grid: '#2a3038', faint: '#5b6470', page: '#15181d',
    neutral: '#2a3038',
    colours: ['#57b4ff', '#ff9a4d', '#3fd6a4', '#f08ccb', '#e6c14e', '#a6dcff', '#b9a2ff', '#e39a8a'],
    scale: ['#1b2530', '#1d4363', '#226a9e', '#3c98d8', '#8fd0ff']
  };
  var DASHES = ['solid', 'dashed', 'dotted', [9, 4, 2, 4]];
  var SYMBOLS = ['circle', 'emptyCircle', 'diamond', 'triangle'];
  var FONT = 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif'; // no quotes: ECharts puts it into attributes

  function number(value) {
    if (value === null || value === undefined) { return ''; }
    var size = Math.abs(value);
    if (value === Math.round(value) && size < 1e6) { return String(value); }
    if (size !== 0 && (size < 1e-3 || size >= 1e6)) { return value.toExponential(2).replace(/\.?0+e/, 'e'); }
    return String(parseFloat(value.toPrecision(4)));
  }

  function mix(from, to, share) {
    var text = '#';
    for (var i = 1; i < 7; i += 2) {
      var a = parseInt(from.substr(i, 2), 16);
      var b = parseInt(to.substr(i, 2), 16);
      var byte = Math.round(a + (b - a) * share).toString(16);
      text += byte.length < 2 ? '0' + byte : byte;
    }
    return text;
  }

  /** A colour of the scale, share from 0 to 1. */
  function shade(theme, share) {
    var place = Math.max(0, Math.min(1, share)) * (theme.scale.length - 1);
    var left = Math.min(theme.scale.length - 2, Math.floor(place));
    return mix(theme.scale[left], theme.scale[left + 1], place - left);
  }

  /** Dark or light writing, whichever is easier to read on a colour. */
  function writing(colour) {
    function linear(i) {
      var c = parseInt(colour.substr(i, 2), 16) / 255;
      return c <= 0.03928 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
    }
    var luminance = 0.2126 * linear(1) + 0.7152 * linear(3) + 0.0722 * linear(5);
    return luminance > 0.18 ? '#14181f' : '#ffffff';
  }

  function axis(spec, theme, vertical, zero) {
    var one = {
      name: spec.name,
      nameTextStyle: { color: theme.text, fontSize: 12, align: vertical ? 'left' : 'center' },
      nameLocation: vertical ? 'end' : 'middle',
      nameGap: vertical ? 12 : 28,
      axisLabel: { color: theme.text, fontSize: 12 },
      axisLine: { show: !vertical, lineStyle: { color: theme.line } },
      axisTick: { show: !vertical, lineStyle: { color: theme.line } },
      splitLine: { show: vertical, lineStyle: { color: theme.grid } },
      axisPointer: { label: { formatter: function (p) { return typeof p.value === 'number' ? number(p.value) : p.value; } } }
    };
    if (spec.scale === 'category') {
      one.type = 'category';
      one.data = spec.categories;
      one.inverse = vertical; // the first on top
      one.nameLocation = vertical ? 'start' : 'middle';
      one.splitLine = { show: false };
      one.axisTick = { show: false };
      one.nameGap = vertical ? 10 : 28;
      return one;
    }
    one.type = spec.scale === 'log' ? 'log' : 'value';
    one.axisLabel.formatter = number;
    one.axisLabel.hideOverlap = true;
    one.scale = !zero;
    if (spec.min !== undefined) {
      one.min = spec.min;
      one.max = spec.max;
    }
    return one;
  }

  function line(spec, series, theme) {
    var faint = series.weight === 'faint';
    return {
      color: faint ? theme.faint : theme.colours[series.colour],
      width: series.weight === 'strong' ? 3 : faint ? 1 : 1.6,
      type: DASHES[series.dash],
      opacity: faint ? 0.55 : 1
    };
  }

  function points(spec, series) {
    var flat = spec.y.scale === 'category';
    var along = flat ? spec.y : spec.x;
    var values = [];
    for (var i = 0; i < series.y.length; i++) {
      var place = along.scale === 'category' ? (series.x ? series.x[i] : i) : (series.x ? series.x[i] : i + 1);
      var value = series.y[i];
      var log = spec.y.scale === 'log' && value <= 0 || spec.x.scale === 'log' && place <= 0;
      values.push(flat ? [value, place] : [place, value === null || log ? '-' : value]);
    }
    return values;
  }

  /** Whiskers of a series, under its name, so that they come and go with it. */
  function whiskers(spec, series, theme) {
    var flat = spec.y.scale === 'category';
    var data = points(spec, series).map(function (point, i) {
      return [point[0], point[1], series.errors[i]];
    }).filter(function (point) { return point[2] !== null && point[0] !== '-' && point[1] !== '-'; });
    return {
      type: 'custom', name: series.name, data: data, silent: true, z: 4, encode: { x: 0, y: 1 },
      renderItem: function (params, api) {
        var x = api.value(0);
        var y = api.value(1);
        var e = api.value(2);
        var low = api.coord(flat ? [x - e, y] : [x, y - e]);
        var high = api.coord(flat ? [x + e, y] : [x, y + e]);
        var cap = 4;
        var style = { stroke: theme.strong, lineWidth: 1.2, fill: 'none' };
        function stroke(x1, y1, x2, y2) {
          return { type: 'line', shape: { x1: x1, y1: y1, x2: x2, y2: y2 }, style: style };
        }
        return { type: 'group', children: flat ? [
          stroke(low[0], low[1], high[0], high[1]),
          stroke(low[0], low[1] - cap, low[0], low[1] + cap), stroke(high[0], high[1] - cap, high[0], high[1] + cap)
        ] : [
          stroke(low[0], low[1], high[0], high[1]),
          stroke(low[0] - cap, low[1], low[0] + cap, low[1]), stroke(high[0] - cap, high[1], high[0] + cap, high[1])
        ] };
      }
    };
  }

  function drawn(spec, series, theme) {
    var faint = series.weight === 'faint';
    var colour = faint ? theme.faint : theme.colours[series.colour];
    var one = { name: series.name, data: points(spec, series), itemStyle: { color: colour }, z: faint ? 1 : series.weight === 'strong' ? 3 : 2 };
    if (series.kind === 'line') {
      one.type = 'line';
      one.lineStyle = line(spec, series, theme);
      one.symbol = 'circle';
      one.symbolSize = series.y.length > 1 ? 5 : 7;
      one.showSymbol = series.y.length <= 12 && !faint;
      one.emphasis = { focus: 'series', lineStyle: { width: 3.5 } };
      one.blur = { lineStyle: { opacity: 0.15 } };
      var head = one.data[series.head];
      if (series.head !== undefined) {
        one.markPoint = {
          symbol: 'circle', symbolSize: 10, silent: true, label: { show: false },
          data: head && head[0] !== null && head[1] !== '-' ? [{ coord: head }] : []
        };
      }
    } else if (series.kind === 'scatter') {
      one.type = 'scatter';
      one.symbol = SYMBOLS[series.dash];
      one.symbolSize = series.weight === 'strong' ? 11 : 7;
    } else {
      one.type = 'bar';
      one.barMaxWidth = 28;
      if (spec.stacked) { one.stack = 'all'; }
    }
    return one;
  }

  /**
   * Nothing, at both ends of a logarithmic axis: ECharts rounds its ends to as many digits as the data have, and
   * 1e-6 to 0 where they are whole numbers.
   */
  function ends(spec) {
    var first = spec.x.scale === 'category' ? 0 : spec.series[0].x ? spec.series[0].x[0] : 1;
    return {
      type: 'custom', silent: true, encode: { x: 0, y: 1 }, data: [[first, spec.y.min], [first, spec.y.max]],
      renderItem: function () {}
    };
  }

  function heat(spec, theme) {
    var data = [];
    var rows = spec.values.length;
    var columns = spec.values[0].length;
    for (var i = 0; i < rows; i++) {
      for (var j = 0; j < columns; j++) {
        var value = spec.values[i][j];
        var share = spec.high > spec.low ? (value - spec.low) / (spec.high - spec.low) : 0.5;
        var colour = value === null ? theme.neutral : shade(theme, share);
        data.push({
          value: [j, i, value === null ? 0 : value],
          text: spec.labels[i][j],
          visualMap: false,
          itemStyle: { color: colour, borderColor: theme.page, borderWidth: 2, borderRadius: 3 },
          label: { color: value === null ? theme.strong : writing(colour) },
          emphasis: { itemStyle: { borderColor: theme.strong } }
        });
      }
    }
    var x = axis(spec.x, theme, false, false);
    var y = axis(spec.y, theme, true, false);
    x.axisLabel.interval = columns > 24 ? 'auto' : 0;
    y.axisLabel.interval = rows > 40 ? 'auto' : 0;
    x.axisLine.show = false;
    return {
      xAxis: x, yAxis: y,
      visualMap: { show: false, min: spec.low, max: spec.high > spec.low ? spec.high : spec.low + 1, dimension: 2 },
      series: [{
        type: 'heatmap', name: spec.title, data: data,
        label: { show: columns <= 24, fontSize: columns > 12 ? 11 : 13, formatter: function (p) { return p.data.text || ''; } }
      }]
    };
  }

  /** The option of ECharts; hidden: names of series that aren't to be seen. */
  function option(spec, theme, hidden) {
    var base = {
      animation: false,
      backgroundColor: 'transparent',
      textStyle: { fontFamily: FONT, color: theme.text },
      grid: { left: 8, right: 24, top: 30, bottom: 30, containLabel: true }
    };
    var more;
    if (spec.values) {
      more = heat(spec, theme);
    } else {
      var bars = spec.series.some(function (one) { return one.kind === 'bar'; });
      more = {
        xAxis: axis(spec.x, theme, false, bars && spec.x.scale !== 'category'),
        yAxis: axis(spec.y, theme, true, bars && spec.y.scale !== 'category'),
        series: []
      };
      if (spec.y.scale === 'category') { more.xAxis.splitLine.show = true; }
      var selected = {};
      spec.series.forEach(function (series) {
        more.series.push(drawn(spec, series, theme));
        if (series.errors) { more.series.push(whiskers(spec, series, theme)); }
        selected[series.name] = !(hidden && hidden[series.name]);
      });
      if (spec.y.scale === 'log' && spec.y.min !== undefined) { more.series.push(ends(spec)); }
      more.legend = { show: false, selected: selected, data: spec.series.map(function (one) { return one.name; }) };
    }
    for (var key in more) { base[key] = more[key]; }
    return base;
  }

  /** The same with every text escaped: ECharts writes texts into SVG as they are. */
  function escaped(value) {
    if (typeof value === 'string') {
      return value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
        .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, ' ');
    }
    if (Array.isArray(value)) { return value.map(escaped); }
    if (value && typeof value === 'object') {
      var made = {};
      Object.keys(value).forEach(function (key) { made[key] = escaped(value[key]); });
      return made;
    }
    return value;
  }

  /** How many rows a legend takes: a mark of 26 pixels and 5, a name, 10 to the next. */
  function rows(names, width, measure) {
    var count = 1;
    var place = 0;
    names.forEach(function (name) {
      var wide = 31 + measure(name, '12px');
      if (place > 0 && place + wide > width) {
        count++;
        place = 0;
      }
      place += wide + 10;
    });
    return count;
  }

  /**
   * A picture for documents: on white, with title and legend.
   * measure: a function of a text and its font, how wide it is in pixels
   */
  function picture(spec, width, measure) {
    var made = option(escaped(spec), LIGHT, null);
    made.backgroundColor = LIGHT.page;
    made.title = { text: escaped(spec.title), left: 12, top: 8, textStyle: { color: LIGHT.strong, fontSize: 15, fontWeight: 600, fontFamily: FONT } };
    made.grid.top = 64;
    if (made.legend && spec.series.length > 1) {
      made.legend.show = true;
      made.legend.left = 12;
      made.legend.top = 34;
      made.legend.itemWidth = 26;
      made.legend.textStyle = { color: LIGHT.text };
      made.grid.top = 60 + 24 * rows(made.legend.data, width - 36, measure);
    }
    return made;
  }

  return { option: option, picture: picture, number: number, LIGHT: LIGHT, DARK: DARK };
})();
