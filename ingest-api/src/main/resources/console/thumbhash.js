// Draws a ThumbHash (https://evanw.github.io/thumbhash/): a few cosines of brightness, colour and opacity in some 25 bytes.

const SIDE = 32;

/** A canvas with the blurred image that a base64 ThumbHash stands for, or null if it is none. */
export function thumbhashCanvas(base64) {
  let data;
  try {
    data = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  } catch {
    return null;
  }
  if (data.length < 5) return null;
  const hash = parse(data);
  const ratio = hash.ratio;
  const width = Math.round(ratio > 1 ? SIDE : SIDE * ratio);
  const height = Math.round(ratio > 1 ? SIDE / ratio : SIDE);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      const at = (channel) => sum(channel, (x + 0.5) / width, (y + 0.5) / height);
      const l = at(hash.brightness);
      const p = at(hash.yellowBlue);
      const q = at(hash.redGreen);
      const blue = l - (2 / 3) * p;
      const red = (3 * l - blue + q) / 2;
      const green = red - q;
      image.data.set([red, green, blue, at(hash.opacity)].map((v) => Math.max(0, Math.min(1, v)) * 255), i);
    }
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function parse(data) {
  const head = data[0] | (data[1] << 8) | (data[2] << 16);
  const tail = data[3] | (data[4] << 8);
  const alpha = head >> 23 === 1;
  const landscape = tail >> 15 === 1;
  const longSide = alpha ? 5 : 7;
  const shortSide = Math.max(1, tail & 7);
  const [wide, high] = landscape ? [longSide, shortSide] : [shortSide, longSide];
  let next = (alpha ? 6 : 5) * 2;
  const nibble = () => {
    const byte = data[next >> 1] ?? 0x88;
    return next++ & 1 ? byte >> 4 : byte & 15;
  };
  const channel = (mean, scale, nx, ny) => {
    const waves = [];
    for (let cy = 0; cy < ny; cy++) {
      for (let cx = cy === 0 ? 1 : 0; cx * ny < nx * (ny - cy); cx++) {
        waves.push({cx, cy, weight: (nibble() / 7.5 - 1) * scale});
      }
    }
    return {mean, waves};
  };
  const brightness = channel((head & 63) / 63, ((head >> 18) & 31) / 31, Math.max(3, wide), Math.max(3, high));
  const yellowBlue = channel(((head >> 6) & 63) / 31.5 - 1, (((tail >> 3) & 63) / 63) * 1.25, 3, 3);
  const redGreen = channel(((head >> 12) & 63) / 31.5 - 1, (((tail >> 9) & 63) / 63) * 1.25, 3, 3);
  const opacity = alpha ? channel((data[5] & 15) / 15, (data[5] >> 4) / 15, 5, 5) : {mean: 1, waves: []};
  return {ratio: wide / high, brightness, yellowBlue, redGreen, opacity};
}

function sum({mean, waves}, x, y) {
  return waves.reduce((total, {cx, cy, weight}) => total + weight * Math.cos(Math.PI * x * cx) * Math.cos(Math.PI * y * cy) * 2, mean);
}
