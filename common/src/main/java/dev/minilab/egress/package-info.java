/// The one guarded way out: which addresses chosen by strangers may be connected to.
///
/// Knows no store, no queue and no images.
@NullMarked
package dev.minilab.egress;

import org.jspecify.annotations.NullMarked;
