/// Whether a process can do its work.
@NullMarked
package dev.minilab.health;

import org.jspecify.annotations.NullMarked;
