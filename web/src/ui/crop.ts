/** A picture's size, in pixels as it is shown upright. */
export type Size = { width: number; height: number };

/** The square of a picture that is kept: how much closer than the largest one, and the middle of it as shares of the picture. */
export type Crop = { zoom: number; x: number; y: number };

export const CLOSEST = 4;

/** The largest square in the middle. */
export const WHOLE: Crop = { zoom: 1, x: 0.5, y: 0.5 };

/** The side of the square, in pixels of the picture. */
export function sideOf({ width, height }: Size, { zoom }: Crop): number {
  return Math.min(width, height) / zoom;
}

/** The same square by so many of its own sides farther along, but never beyond the picture. */
export function moved(size: Size, crop: Crop, across: number, down: number): Crop {
  const side = sideOf(size, crop);
  const [halfX, halfY] = [side / 2 / size.width, side / 2 / size.height];
  return {
    zoom: crop.zoom,
    x: within(crop.x + (across * side) / size.width, halfX),
    y: within(crop.y + (down * side) / size.height, halfY),
  };
}

/** The square around the same middle, as far as the picture allows. */
export function zoomed(size: Size, crop: Crop, zoom: number): Crop {
  return moved(size, { ...crop, zoom: Math.max(1, Math.min(CLOSEST, zoom)) }, 0, 0);
}

function within(middle: number, half: number): number {
  return Math.max(half, Math.min(1 - half, middle));
}
