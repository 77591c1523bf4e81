/// Tests of the commands that need no server.
@NullMarked
package dev.minilab.cli;

import org.jspecify.annotations.NullMarked;
