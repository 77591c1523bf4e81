/// The commands that talk to an installation, through its API as any client does or straight to its bucket and queues.
///
/// Results go to standard output, as text or with `--json` as JSON, one value a line; progress and complaints go to
/// standard error. Exit codes: 0 all is well, 1 something is not, 2 used wrongly, 78 configured wrongly.
@NullMarked
package dev.minilab.cli;

import org.jspecify.annotations.NullMarked;
