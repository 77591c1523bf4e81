/// Where tests may end a process, to show that it may end anywhere.
@NullMarked
package dev.minilab.failpoint;

import org.jspecify.annotations.NullMarked;
