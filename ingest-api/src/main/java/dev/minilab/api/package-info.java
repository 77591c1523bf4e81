/// The HTTP API: takes images in and shows jobs. Knows store and queue; never decodes a pixel.
@NullMarked
package dev.minilab.api;

import org.jspecify.annotations.NullMarked;
