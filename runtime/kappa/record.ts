import type { Graph, Json } from "../../compiler/script/graph.js";

/** What a kappa shall be. */
export interface Desired {
  /** The CalvinScript it was made of. */
  script: string;
  /** Arguments of the component. */
  args: Record<string, Json>;
  graph: Graph;
  /** Hash of the module by actor type: what runs now runs again after a restart, whatever became of the sources. */
  modules: Record<string, string>;
  /** Runtime id by actor id, once a place was found for all. */
  assignments?: Record<string, string>;
  /** Whether all actors existed and ran once, so that the assignments hold from then on. */
  established: boolean;
}

/** A kappa as it is kept on disk. */
export interface KappaRecord {
  /** What REST calls it by. */
  ref: string;
  /** Given by the user for idempotent PUT, else the ref. First part of every actor's id. */
  name: string;
  /** Counts the scripts put under this name, from 1. */
  version: number;
  /** ISO 8601. */
  created: string;
  updated: string;
  /** Missing when the kappa was deleted. */
  desired?: Desired;
  /** Actors to be removed, by runtime id: of an earlier version or a deleted kappa, on a runtime that is away. */
  leftovers: Record<string, string[]>;
}
