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
  var LONGEST = 200; // pixels of a turned name of a category
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

  /**
   * Labels of an axis of categories below a chart: every one is there, in lines or turned where they are too long for
   * their place; if they are too many even for that, every so many.
   * room: pixels along the axis for each
   * margin: pixels to the left of the first's middle
   */
  function below(names, room, margin, measure) {
    function wide(text) {
      return Math.max.apply(null, text.split('\n').map(function (part) { return measure(part, 12); }));
    }
    var lines = names.map(function (name) { return broken(name, room - 6, measure); });
    var widest = Math.max.apply(null, lines.map(wide));
    var most = Math.max.apply(null, lines.map(function (text) { return text.split('\n').length; }));
    if (widest <= room - 4 && most <= 4) {
      var label = { interval: 0, formatter: function (name, i) { return lines[i]; } };
      if (most > 1) { label.lineHeight = 14; }
      return { height: 14 * most, left: 0, label: label };
    }
    var plain = names.map(function (name) { return name.replace(/\s*\n\s*/g, ' '); });
    var length = Math.min(LONGEST, Math.max.apply(null, plain.map(wide)));
    var degrees = room >= 22 ? 45 : 90;
    var turn = degrees * Math.PI / 180;
    return {
      height: Math.ceil(length * Math.sin(turn) + 14 * Math.cos(turn)),
      left: Math.max(0, length * Math.cos(turn) - margin),
      label: {
        interval: room >= 13 ? 0 : 'auto', rotate: degrees, width: LONGEST, overflow: 'truncate',
        formatter: function (name, i) { return plain[i]; }
      }
    };
  }

  /** A text in lines that are no wider than asked for, where it has spaces to break it at. */
  function broken(text, width, measure) {
    return text.split('\n').map(function (part) {
      var lines = [''];
      part.split(' ').forEach(function (word) {
        var last = lines[lines.length - 1];
        var longer = last ? last + ' ' + word : word;
        if (last && measure(longer, 12) > width) { lines.push(word); } else { lines[lines.length - 1] = longer; }
      });
      return lines.join('\n');
    }).join('\n');
  }

  /**
   * Where labels of axes of categories find their place in a chart of a size, {width, height, measure}; measure says how
   * many pixels wide a text is in a font of so many pixels.
   */
  function layout(spec, size) {
    var made = { left: 0, extra: 0 };
    var ordinates = 44; // numbers
    if (spec.y.scale === 'category') {
      var names = spec.y.categories;
      var most = Math.max(60, 0.4 * size.width);
      ordinates = Math.max.apply(null, names.map(function (name) { return size.measure(name, 12); }));
      made.y = { interval: (size.height - 60) / names.length >= 12 ? 0 : 'auto' };
      if (ordinates > most) {
        ordinates = most;
        made.y.width = most;
        made.y.overflow = 'break';
        made.y.fontSize = 11;
        made.y.lineHeight = 12;
      }
    }
    if (spec.x.scale === 'category') {
      var plot = size.width - 40 - ordinates;
      var room = plot / spec.x.categories.length;
      var labels = below(spec.x.categories, room, ordinates + 12 + room / 2, size.measure);
      if (labels.left > 0) {
        room = (plot - labels.left) / spec.x.categories.length;
        made.left = labels.left;
      }
      made.room = room;
      made.x = labels.label;
      made.extra = labels.height - 14;
    }
    return made;
  }

  /**
   * Where an axis of numbers is to end instead of where ECharts would end it: at what the numbers can be at most, and
   * close to the only number there is (ECharts leaves half of it to both sides).
   */
  function end(spec, up) {
    return function (extent) {
      var range = extent.max - extent.min;
      var limit = up ? spec.most : spec.least;
      var value = up ? extent.max : extent.min;
      if (range === 0 && value !== 0) {
        var unit = Math.pow(10, Math.floor(Math.log(Math.abs(value) / 2) / Math.LN10) - 1);
        value = up ? Math.ceil(value / unit + 1) : Math.floor(value / unit - 1);
        value = unit < 1 ? value / Math.round(1 / unit) : value * unit;
        return limit === undefined ? value : up ? Math.min(limit, value) : Math.max(limit, value);
      }
      return limit !== undefined && Math.abs(limit - value) < 0.4 * range ? limit : null;
    };
  }

  function axis(spec, theme, vertical, zero, labels) {
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
      for (var key in labels) { one.axisLabel[key] = labels[key]; }
      return one;
    }
    one.type = spec.scale === 'log' ? 'log' : 'value';
    one.axisLabel.formatter = number;
    one.axisLabel.hideOverlap = true;
    one.scale = !zero;
    if (spec.min !== undefined) {
      one.min = spec.min;
      one.max = spec.max;
    } else if (one.type === 'value' && !zero) {
      one.min = end(spec, false);
      one.max = end(spec, true);
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

  /**
   * Whiskers of a series, under its name, so that they come and go with it. The axis reaches as far as they do; they end
   * where the chart does, and where the numbers can't be.
   */
  function whiskers(spec, series, theme) {
    var flat = spec.y.scale === 'category';
    var along = flat ? spec.x : spec.y;
    var data = points(spec, series).map(function (point, i) {
      var value = point[flat ? 0 : 1];
      var low = value - series.errors[i];
      var high = value + series.errors[i];
      if (along.least !== undefined) { low = Math.max(low, along.least); }
      if (along.most !== undefined) { high = Math.min(high, along.most); }
      if (along.scale === 'log' && low <= 0) { low = '-'; }
      return [point[0], point[1], low, high, series.errors[i]];
    }).filter(function (point) { return point[4] !== null && point[0] !== '-' && point[1] !== '-'; });
    return {
      type: 'custom', name: series.name, data: data, silent: true, z: 4,
      encode: flat ? { x: [0, 2, 3], y: 1 } : { x: 0, y: [1, 2, 3] },
      renderItem: function (params, api) {
        var box = params.coordSys;
        var x = api.value(0);
        var y = api.value(1);
        function place(value) {
          if (isNaN(value)) { return flat ? [box.x, api.coord([x, y])[1]] : [api.coord([x, y])[0], box.y + box.height]; }
          var at = api.coord(flat ? [value, y] : [x, value]);
          return flat
            ? [Math.max(box.x, Math.min(box.x + box.width, at[0])), at[1]]
            : [at[0], Math.max(box.y, Math.min(box.y + box.height, at[1]))];
        }
        var low = place(api.value(2));
        var high = place(api.value(3));
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

  var MARK = /^([\u2605\u25cf]) /; // the best, and what is as good

  /**
   * How texts find place in cells: {font: pixels; text: a function of the whole text}. What is in brackets goes below, a
   * mark above its number where a cell is too narrow; where that can't be read either, there is only the mark.
   */
  function inCells(spec, size, places) {
    var width = places.room - 6;
    var height = (size.height - 64 - places.extra - 14) / spec.values.length - 4;
    var ways = [
      function (text) { return text; },
      function (text) { return text.replace(' (', '\n('); },
      function (text) { return text.replace(MARK, '$1\n').replace(' (', '\n('); }
    ];
    function largest(way) {
      var widest = 1;
      var lines = 1;
      spec.labels.forEach(function (row) {
        row.forEach(function (label) {
          var parts = way(label || '').split('\n');
          lines = Math.max(lines, parts.length);
          parts.forEach(function (part) { widest = Math.max(widest, size.measure(part, 13)); });
        });
      });
      return Math.floor(Math.min(13, 13 * width / widest, height / lines));
    }
    var best = { font: 0 };
    ways.forEach(function (way) {
      var font = largest(way);
      if (best.font < 11 && font > best.font) { best = { font: font, text: way }; }
    });
    return best.font >= 9 ? best : { font: 11, text: function (text) { return (MARK.exec(text) || ['', ''])[1]; } };
  }

  function heat(spec, theme, size, places) {
    var written = inCells(spec, size, places);
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
    var x = axis(spec.x, theme, false, false, places.x);
    var y = axis(spec.y, theme, true, false, places.y);
    x.axisLine.show = false;
    return {
      xAxis: x, yAxis: y,
      visualMap: { show: false, min: spec.low, max: spec.high > spec.low ? spec.high : spec.low + 1, dimension: 2 },
      series: [{
        type: 'heatmap', name: spec.title, data: data,
        label: {
          show: true, fontSize: written.font,
          formatter: function (p) { return written.text(p.data.text || ''); }
        }
      }]
    };
  }

  /** The option of ECharts; hidden: names of series that aren't to be seen; size: as for layout. */
  function option(spec, theme, hidden, size) {
    var places = layout(spec, size);
    var base = {
      animation: false,
      backgroundColor: 'transparent',
      textStyle: { fontFamily: FONT, color: theme.text },
      grid: { left: 8 + places.left, right: 24, top: 30, bottom: 30, containLabel: true }
    };
    var more;
    if (spec.values) {
      more = heat(spec, theme, size, places);
    } else {
      var bars = spec.series.some(function (one) { return one.kind === 'bar'; });
      more = {
        xAxis: axis(spec.x, theme, false, bars && spec.x.scale !== 'category', places.x),
        yAxis: axis(spec.y, theme, true, bars && spec.y.scale !== 'category', places.y),
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
    more.xAxis.nameGap += places.extra;
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
      var wide = 31 + measure(name, 12);
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
   * size: as for layout
   */
  function picture(spec, size) {
    var made = option(escaped(spec), LIGHT, null, { width: size.width, height: size.height - 34, measure: size.measure });
    made.backgroundColor = LIGHT.page;
    made.title = { text: escaped(spec.title), left: 12, top: 8, textStyle: { color: LIGHT.strong, fontSize: 15, fontWeight: 600, fontFamily: FONT } };
    made.grid.top = 64;
    if (made.legend && spec.series.length > 1) {
      made.legend.show = true;
      made.legend.left = 12;
      made.legend.top = 34;
      made.legend.itemWidth = 26;
      made.legend.textStyle = { color: LIGHT.text };
      made.grid.top = 60 + 24 * rows(made.legend.data, size.width - 36, size.measure);
    }
    return made;
  }

  /** How much higher than with labels in one line a chart must be for those below it. */
  function extra(spec, size) {
    return layout(spec, size).extra;
  }

  return { option: option, picture: picture, extra: extra, number: number, LIGHT: LIGHT, DARK: DARK, FONT: FONT };
})();
