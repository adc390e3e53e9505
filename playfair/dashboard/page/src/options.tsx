/** The classes as options of a select: there may be many, which stay as they are. */

import { memo } from "preact/compat";

interface OptionProps {
  className: string[];
  /** A class that cannot be chosen. */
  but?: number;
}

export const ClassOptions = memo(({ className, but }: OptionProps) => (
  <>{className.map((name, i) => i !== but && <option key={i} value={i}>{name}</option>)}</>
));

export const numberOf = (value: string) => (value === "" ? null : Number(value));
