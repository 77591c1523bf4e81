/// JSON as Minilab reads and writes it.
@NullMarked
package dev.minilab.json;

import org.jspecify.annotations.NullMarked;
