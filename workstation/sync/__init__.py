"""Everything that crosses the line to the site: worklist, images, reports and the proofs that they arrived."""
