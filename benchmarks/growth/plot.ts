import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

/** A measured size. */
export interface Point {
  readonly size: number;
  readonly cpuUs: number;
  readonly rssMb: number;
}

/** Draws CPU per operation and memory against size, as an SVG with logarithmic sizes. */
export function plot(title: string, size: string, unit: string, points: readonly Point[]): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 640, height: 320 });
  chart.setOption({
    animation: false,
    title: { text: title, textStyle: { fontSize: 14 } },
    legend: { bottom: 0 },
    grid: { left: 70, right: 70, top: 50, bottom: 60 },
    xAxis: { type: 'log', name: size, nameLocation: 'middle', nameGap: 25 },
    yAxis: [
      { type: 'value', name: unit, min: 0 },
      { type: 'value', name: 'MB', min: 0, splitLine: { show: false } },
    ],
    series: [
      { name: unit, type: 'line', data: points.map((point) => [point.size, point.cpuUs]) },
      { name: 'RSS in MB', type: 'line', yAxisIndex: 1, data: points.map((point) => [point.size, point.rssMb]) },
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
